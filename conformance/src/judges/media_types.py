"""Tells schemathesis how to send what it has no media type for: a compact JWS is text."""

import schemathesis

schemathesis.serializer.alias("application/jose", "text/plain")
