# Login pages of several sites, over https. Prints the port on which they are.
#
# Usage: pages.py CERTIFICATE KEY
import http.server, ssl, sys

BOXES = "<input maxlength=1 size=1 inputmode=numeric>" * 6
PAGES = {
    "/login": "<form><input name=user autofocus><input name=second autocomplete=one-time-code></form>",
    "/plain": "<form><input name=username autofocus><label>Your code <input name=mfaCode></label></form>",
    # As such pages do, the next box gets the focus.
    "/boxes": f"<form>{BOXES}</form><script>"
    "const boxes = [...document.querySelectorAll('input')];"
    "boxes.forEach((box, at) => box.addEventListener('input', () => boxes[at + 1]?.focus()));"
    "</script>",
    "/captcha": "<form><input name=captcha_code autofocus><input name=otp></form>",
    "/none": "<input type=hidden name=otp><input name=otp disabled><input name=totp style='display: none'>",
    "/frame": "<iframe src='https://login.evil.test/login'></iframe>",
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = PAGES.get(self.path)
        head = "<!doctype html><meta charset=utf-8><title>Sign in</title>"
        seen = "<script>addEventListener('submit', () => { document.title = 'Sent'; });</script>"
        body = f"{head}{seen}{page}".encode()
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
# A browser may open a connection and say nothing yet. That keeps nobody else waiting.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_port, flush=True)
server.serve_forever()
