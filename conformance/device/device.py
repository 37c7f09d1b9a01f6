"""A device written from spec/device.md alone, with none of this project's code.

Python's standard library, `cryptography` and `paho-mqtt`. Run as a program it checks the vectors, or pairs with a gateway and
sends a chain with a gap, its filler, a repetition and a mistake; it prints what it was answered, a JSON object a line.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import queue
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ANSWER_TIMEOUT_S = 20


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def kid_of(public: bytes) -> str:
    return b64(hashlib.sha256(compact({"crv": "Ed25519", "kty": "OKP", "x": b64(public)})).digest())


def device_id_of(public: bytes) -> str:
    digest = hashlib.sha256(b"careledger/device/v1\0" + public).digest()
    return "dev_" + base64.b32encode(digest[:20]).decode().lower().rstrip("=")


def topic_of(device_id: str, leaf: str) -> str:
    return f"careledger/v1/{device_id[-1]}/{device_id}/{leaf}"


def origin_of(device_id: str, epoch: str) -> str:
    return b64(hashlib.sha256(f"careledger/frame-origin/v1\0{device_id}\0{epoch}".encode()).digest())


def leaf_of(frame: str) -> str:
    return b64(hashlib.sha256(b"\0" + frame.encode("ascii")).digest())


def utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Refused(Exception):
    """An HTTP answer that is no success."""

    def __init__(self, status: int, body: object):
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


def http(method: str, url: str, body: bytes | None = None, headers: dict | None = None) -> dict:
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT_S) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(error.code, json.load(error)) from error


class Device:
    """Keys, place in the chain, and a connection."""

    def __init__(self, gateway: str):
        self.gateway = gateway
        self.key = Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.results: queue.Queue = queue.Queue()
        self.seq = 0

    def sign(self, typ: str, payload: object) -> str:
        header = {"alg": "EdDSA", "typ": typ, "kid": kid_of(self.public)}
        signed = f"{b64(compact(header))}.{b64(compact(payload))}"
        return f"{signed}.{b64(self.key.sign(signed.encode('ascii')))}"

    def pair(self, gateway_id: str, pairing_code: str, codes: list) -> None:
        proof = self.sign(
            "careledger.pairing-proof+jws",
            {
                "aud": gateway_id,
                "pairingCode": pairing_code,
                "deviceKey": b64(self.public),
                "iat": int(time.time()),
            },
        )
        body = {
            "pairingCode": pairing_code,
            "deviceKey": b64(self.public),
            "proof": proof,
            "profile": {"type": "continuous-glucose-monitor", "codes": codes},
        }
        url = f"{self.gateway}/v1/devices"
        self.paired = http("POST", url, compact(body), {"content-type": "application/json"})
        self.id = device_id_of(self.public)
        self.prev = origin_of(self.id, self.paired["epoch"])

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.id,
            "sub": self.id,
            "aud": self.paired["gatewayId"],
            "iat": now,
            "exp": now + 300,
            "jti": secrets.token_urlsafe(16),
        }
        return self.sign("careledger.device-token+jwt", claims)

    def connect(self) -> None:
        url = urllib.parse.urlsplit(self.paired["mqttUrl"])
        self.mqtt = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=self.id, protocol=mqtt.MQTTv311, clean_session=True
        )
        self.mqtt.username_pw_set(self.id, self.token())
        self.mqtt.will_set(topic_of(self.id, "gone"), "gone")
        ready: queue.Queue = queue.Queue()
        results = topic_of(self.id, "results")
        self.mqtt.on_connect = lambda client, *_: client.subscribe(results, qos=1)
        self.mqtt.on_subscribe = lambda *_: ready.put(True)
        self.mqtt.on_message = lambda _client, _data, message: self.results.put(json.loads(message.payload))
        self.mqtt.connect(url.hostname, url.port, keepalive=5)
        self.mqtt.loop_start()
        ready.get(timeout=ANSWER_TIMEOUT_S)

    def frame(self, value: float, unit: str = "mg/dL") -> str:
        """Signs the next frame. The place is taken with `take` once it is known that these bytes go out."""
        now = time.time()
        reading = {"t": utc(now - 60 + self.seq), "code": "2339-0", "value": value, "unit": unit}
        payload = {
            "v": 1,
            "epoch": self.paired["epoch"],
            "seq": self.seq,
            "prev": self.prev,
            "sent": utc(now),
            "readings": [reading],
        }
        return self.sign("careledger.frame+jws", payload)

    def take(self, frame: str) -> str:
        self.seq += 1
        self.prev = leaf_of(frame)
        return frame

    def send(self, frame: str) -> dict:
        self.mqtt.publish(topic_of(self.id, "frames"), frame, qos=1).wait_for_publish(ANSWER_TIMEOUT_S)
        return self.results.get(timeout=ANSWER_TIMEOUT_S)

    def post(self, frame: str) -> dict:
        headers = {"content-type": "application/jose", "authorization": f"Bearer {self.token()}"}
        return http("POST", f"{self.gateway}/v1/frames", frame.encode("ascii"), headers)

    def head(self) -> dict:
        return http("GET", f"{self.gateway}/v1/device/head", headers={"authorization": f"Bearer {self.token()}"})


def check_vectors(folder: pathlib.Path) -> int:
    """What follows from a key, computed anew. Returns how many vectors were checked."""
    checked = 0
    for path in sorted(folder.glob("*.json")):
        vector = json.loads(path.read_text())
        if vector["type"] != "ids":
            continue
        public = unb64(vector["deviceKey"])
        device_id = device_id_of(public)
        assert kid_of(public) == vector["kid"], path
        assert device_id == vector["deviceId"], path
        assert topic_of(device_id, "frames") == vector["framesTopic"], path
        assert topic_of(device_id, "results") == vector["resultsTopic"], path
        assert origin_of(device_id, vector["epoch"]) == vector["origin"], path
        checked += 1
    return checked


def say(step: str, answer: object) -> None:
    print(json.dumps({"step": step, "answer": answer}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=pathlib.Path, help="spec/vectors/valid/device")
    parser.add_argument("--gateway", help="HTTP address")
    parser.add_argument("--gateway-id")
    parser.add_argument("--pairing-code")
    options = parser.parse_args()
    if options.vectors is not None:
        say("vectors", check_vectors(options.vectors))
    if options.gateway is None:
        return
    device = Device(options.gateway)
    device.pair(options.gateway_id, options.pairing_code, ["2339-0"])
    say("paired", device.paired)
    device.connect()
    first = device.take(device.frame(110))
    say("first", device.send(first))
    late = device.take(device.frame(108))
    ahead = device.take(device.frame(106))
    say("ahead", device.send(ahead))
    say("head within a gap", device.head())
    say("filler", device.send(late))
    say("again", device.send(first))
    say("wrong unit", device.send(device.frame(5.6, "mmol/L")))
    say("corrected", device.send(device.take(device.frame(101))))
    say("over HTTP", device.post(device.take(device.frame(102))))
    say("no frame", device.send("no frame"))
    say("head", device.head())
    say("place", {"nextSeq": device.seq, "prev": device.prev})
    device.mqtt.disconnect()
    try:
        Device(options.gateway).pair(options.gateway_id, options.pairing_code, ["2339-0"])
    except Refused as refused:
        say("used code", {"status": refused.status, "code": refused.body["code"]})


if __name__ == "__main__":
    sys.exit(main())
