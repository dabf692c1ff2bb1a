//! `mfactl pair`: prints two codes in a row, which AWS and others ask for when a device is bound.

use std::time::Duration;

use clap::Args as Arguments;
use mfa_core::account::Period;
use mfa_core::otp::grouped;
use mfa_ipc::types::{CodeOptions, IssuedCode};
use serde::Serialize;

use super::context::{Context, connect};
use super::validity::{Validity, now};
use crate::error::Error;
use crate::text::bar;

/// The number of columns from which there is room for a bar.
const BAR_FROM: usize = 42;
/// How many seconds the first code should last, so that there is time to type it.
const MIN_REMAINING: u32 = 10;

/// The arguments of `pair`.
#[derive(Debug, Arguments)]
pub(crate) struct Pair {
    /// The account; see mfactl --help
    pub(super) query: String,
    /// Print both codes at once, without waiting
    #[arg(long)]
    pub(super) now: bool,
    /// Print codes that were never handed out before
    #[arg(long)]
    pub(super) fresh: bool,
    /// Print both codes and their validity as JSON, without waiting
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(context: &Context, args: Pair) -> Result<(), Error> {
    let client = connect().await?;
    let at_once = args.now || args.json;
    let query = args.query.as_str();
    let min_remaining = if at_once {
        None
    } else {
        // An account whose codes are short-lived leaves less time.
        let account = context.account(&client, query).await?;
        let period = account.kind.period().map_or(0, Period::get);
        u32::try_from(period / 3)
            .ok()
            .map(|third| MIN_REMAINING.min(third))
    };
    let options = CodeOptions {
        fresh: args.fresh,
        min_remaining,
        ..CodeOptions::default()
    };
    let asked = context.ask(&client, async |client| {
        client.get_codes(query, 2, options).await
    });
    let codes = match asked.await {
        Ok(codes) => codes,
        Err(error) => return Err(context.explain(&client, query, error).await),
    };
    let [first, second] = &codes[..] else {
        return Err(mfa_ipc::Error::Failed("the daemon did not return two codes".into()).into());
    };
    if args.json {
        return context.output.json(&Codes::new(&codes));
    }
    print(context, 1, first)?;
    if !at_once {
        wait_for(context, first, second).await?;
    }
    print(context, 2, second)?;
    context
        .output
        .hint("done. If the codes are rejected: mfactl doctor");
    Ok(())
}

fn print(context: &Context, number: u32, code: &IssuedCode) -> Result<(), Error> {
    if context.output.may_replace() {
        let code = context.output.strong(&grouped(&code.code));
        context
            .output
            .replace_line(format_args!("MFA code {number}   {code}\n"))
    } else {
        context.output.line(&*code.code)
    }
}

/// Counts down until the second code is valid.
async fn wait_for(context: &Context, first: &IssuedCode, second: &IssuedCode) -> Result<(), Error> {
    if context.output.plain() {
        let left = second.valid_from.saturating_sub(now());
        context
            .output
            .hint(format_args!("the second code is valid in {left} s"));
    }
    loop {
        let left = second.valid_from.saturating_sub(now());
        if left == 0 {
            return Ok(());
        }
        if context.output.may_replace() {
            let bar = context
                .output
                .faint(&bar(left, first.valid_until - first.valid_from));
            let line = format!("MFA code 2   ··· ···   in {left} s {bar}");
            // A line that wraps would not be replaced by the next one.
            let line = match context.output.columns() {
                Some(..BAR_FROM) => format!("MFA code 2   in {left} s"),
                _ => line,
            };
            context.output.replace_line(format_args!("{line}"))?;
        }
        // The countdown moves once a second.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// `mfactl pair --json`
#[derive(Serialize)]
struct Codes<'a> {
    codes: Vec<Code<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    #[serde(flatten)]
    validity: Validity,
}

impl<'a> Codes<'a> {
    fn new(codes: &'a [IssuedCode]) -> Self {
        let code = |code: &'a IssuedCode| Code {
            code: &code.code,
            validity: Validity::of(code),
        };
        Self {
            codes: codes.iter().map(code).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_both_codes_in_order() {
        let code = |code: &str, valid_from| IssuedCode {
            code: code.to_owned().into(),
            valid_from,
            valid_until: valid_from + 30,
        };
        let codes = [code("000001", 30), code("000002", 60)];
        let json = serde_json::to_value(Codes::new(&codes)).unwrap();
        let expected = serde_json::json!({"codes": [
            {"code": "000001", "valid_from": 30, "valid_until": 60},
            {"code": "000002", "valid_from": 60, "valid_until": 90},
        ]});
        assert_eq!(json, expected);
    }
}
