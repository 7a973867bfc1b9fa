"""The web chat: a plain HTTP API, a stream of server-sent events, and the page that uses them."""
