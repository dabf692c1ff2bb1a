// What runs in the page, and only in its main frame: finds the field for the code, and fills it. It is injected after the
// click on the button, into a world of its own that the scripts of the page do not see. It stays there until the page is
// gone, and remembers the field, so that the code goes into that field and into no other document.

"use strict";

(() => {
  const TYPES = ["text", "tel", "number", "password"];
  /** What fields for codes are called, the clearest words first. */
  const NAMES = [
    /\b(otp|totp|hotp|mfa|2fa|tfa|2sv)/,
    /\bone ?time/,
    /\b(two|2) ?(factor|step)|\bauthenticator|\bverif(ication|y)|\bsecurity ?code|\bpass ?code|\bauth(entication)? ?code/,
    /\b(code|token)\b/,
  ];
  /** The number of those that no other field has. */
  const CLEAR = 2;
  /** What other fields are called. One of them may have the focus when the page opens. */
  const OTHERS = /\b(user|login|e ?mail|search|account|phone|zip|postal|country|area|promo|coupon|voucher|gift|captcha)/;
  /** The numbers of boxes that codes have, if there is one for each digit. */
  const BOXES = { min: 4, max: 10 };

  /** The field that was found, and the mark by which the background knows this document. */
  let found = null;

  function* inputs(root) {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === "input") {
        yield element;
      }
      if (element.shadowRoot) {
        yield* inputs(element.shadowRoot);
      }
    }
  }

  function isUsable(field) {
    const isOpen = !field.readOnly && !field.matches(":disabled") && TYPES.includes(field.type);
    const area = field.getBoundingClientRect();
    return isOpen && field.isConnected && area.width > 0 && area.height > 0 &&
      field.checkVisibility({ visibilityProperty: true, checkVisibilityCSS: true });
  }

  /** All texts that name a field, as words: `mfaCode` and `mfa_code` are “mfa code”. */
  function words(field) {
    const ids = (field.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
    const named = ids.map((id) => field.getRootNode().getElementById?.(id));
    const labels = [...(field.labels ?? []), ...named].map((element) => element?.textContent ?? "");
    const texts = [field.name, field.id, field.placeholder, field.getAttribute("aria-label") ?? "", ...labels];
    const apart = texts.join(" ").replace(/([a-z])([A-Z])/g, "$1 $2");
    return apart.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");
  }

  function hint(field) {
    return (field.getAttribute("autocomplete") ?? "").toLowerCase();
  }

  function isForCodes(field) {
    return hint(field).split(/\s+/).includes("one-time-code");
  }

  function isForOthers(field) {
    const purpose = hint(field);
    const isLogin = purpose.includes("username") || purpose.includes("email") || purpose.includes("password");
    return isLogin || field.type === "password" || OTHERS.test(words(field));
  }

  function byName(fields) {
    for (const [strength, pattern] of NAMES.entries()) {
      const isNamed = (field) => {
        const text = words(field);
        const isClear = strength < CLEAR;
        return pattern.test(text) && (isClear || !OTHERS.test(text) && field.type !== "password");
      };
      const field = fields.find(isNamed);
      if (field) {
        return field;
      }
    }
    return undefined;
  }

  function focused(fields) {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) {
      element = element.shadowRoot.activeElement;
    }
    return fields.find((field) => field === element && field.type !== "password");
  }

  /** The boxes that belong together with this one, one for each digit; none if there are not enough of them. */
  function boxes(fields, first) {
    if (first.maxLength !== 1) {
      return [];
    }
    const together = fields.filter((field) => field.maxLength === 1 && field.form === first.form);
    return together.length >= BOXES.min && together.length <= BOXES.max ? together : [];
  }

  function choose() {
    const fields = [...inputs(document)].filter(isUsable);
    const active = focused(fields);
    const isMeant = active && (!isForOthers(active) || NAMES.slice(0, CLEAR).some((name) => name.test(words(active))));
    const box = fields.find((field) => boxes(fields, field).length > 0);
    const field = fields.find(isForCodes) ?? (isMeant ? active : undefined) ?? byName(fields) ?? box;
    return field && { field, boxes: boxes(fields, field) };
  }

  /** Returns whether this page belongs to a site. What users have uploaded may come from its address, but in a sandbox. */
  function isAt(origin) {
    return location.origin === origin && window.origin === origin;
  }

  /** Looks for the field. Returns "found", "none", "frames" (none, and there are frames) or "elsewhere". */
  function look(origin, mark) {
    found = null;
    if (!isAt(origin)) {
      return "elsewhere";
    }
    const chosen = choose();
    if (chosen) {
      found = { ...chosen, mark };
      return "found";
    }
    return document.querySelector("iframe, frame") ? "frames" : "none";
  }

  /** Returns whether this is still the document in which the field was found. */
  function isHere(mark) {
    return found !== null && found.mark === mark;
  }

  function put(field, text) {
    field.focus();
    // A page can have replaced the setter of its field. This is the one of the browser.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, text);
    const typed = { bubbles: true, composed: true, inputType: "insertText", data: text };
    field.dispatchEvent(new InputEvent("input", typed));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Fills the field. Returns "filled", "elsewhere", "gone" or "boxes" (the code has another length). */
  function fill(code, origin, mark) {
    if (!isAt(origin) || !isHere(mark)) {
      return "elsewhere";
    }
    // A page may have drawn its form anew meanwhile.
    const { field, boxes } = isUsable(found.field) ? found : (choose() ?? {});
    found = null;
    if (!field) {
      return "gone";
    }
    if (boxes.length === 0) {
      put(field, code);
      return "filled";
    }
    if (boxes.length !== code.length) {
      return "boxes";
    }
    boxes.forEach((box, at) => put(box, code[at]));
    return "filled";
  }

  globalThis.mfactl = { look, isHere, fill };
})();
