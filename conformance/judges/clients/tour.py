"""
A tour of an authority's FHIR server by fhirpy, whose answers fhir.resources (R4B) reads: see README.md. Prints a line of JSON
for each thing that it did, and ends with the exception of the first that was not as it should be.

    tour.py tour      with FHIR_URL, FHIR_TOKEN, FHIR_PATIENT (the pseudonym) and FHIR_WEIGHTS in the environment
    tour.py read FOLDER     reads every *.json of a folder: what another client was answered
"""

import json
import os
import sys
import time
from pathlib import Path

from fhir.resources.R4B import get_fhir_model_class
from fhirpy import SyncFHIRClient

CODE = "29463-7"
COPY_DEADLINE_S = 60


def read(answer):
    """Reads an answer by the model of its type, and each resource that a Bundle holds by its own. Raises if it is none."""
    model = get_fhir_model_class(answer["resourceType"]).model_validate(answer)
    for entry in answer.get("entry", []):
        if "resource" in entry:
            read(entry["resource"])
    return model


class ReadingClient(SyncFHIRClient):
    """Every answer that comes is read."""

    def _do_request(self, *args, **kwargs):
        answer = super()._do_request(*args, **kwargs)
        read(answer[0] if isinstance(answer, tuple) else answer)
        return answer


def did(what, **seen):
    print(json.dumps({"did": what, **seen}), flush=True)


def weight(subject, value, day):
    return {
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "vital-signs",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": CODE}]},
        "subject": {"reference": subject},
        "effectiveDateTime": f"2026-05-{day:02}T10:00:00+02:00",
        "valueQuantity": {
            "value": value,
            "unit": "kg",
            "system": "http://unitsofmeasure.org",
            "code": "kg",
        },
    }


def tour(url, token, patient_id, count):
    def client_with(headers=None):
        return ReadingClient(url, authorization=f"Bearer {token}", extra_headers=headers)

    client = client_with()
    subject = f"Patient/{patient_id.replace('_', '-')}"

    statement = client.execute("metadata", "get")
    did("metadata", version=statement["fhirVersion"])

    good = {"resourceType": "Observation", **weight(subject, 81, 1)}
    outcome = client.execute("Observation/$validate", "post", data=good)
    did("validate", severities=[issue["severity"] for issue in outcome["issue"]])
    bad = client.execute("Observation/$validate", "post", data={**good, "status": "good"})
    did("validate-wrong", severities=[issue["severity"] for issue in bad["issue"]])

    made = [
        client.resource("Observation", **weight(subject, 80 + n, 1 + n)) for n in range(count)
    ]
    for one in made:
        one.create()
    did("create", versions=[one["meta"]["versionId"] for one in made])
    first = made[0]

    again = client.get("Observation", first.id)
    did("read", same=again == first.serialize())
    version = client.execute(f"Observation/{first.id}/_history/1", "get")
    did("vread", same=version == again)

    known = client_with({"If-Match": 'W/"1"'})
    changed = known.resource("Observation", id=first.id, **weight(subject, 79, 1))
    changed.update()
    did("update", version=changed["meta"]["versionId"], value=changed["valueQuantity"]["value"])
    history = client.execute(f"Observation/{first.id}/_history", "get")
    did("history", versions=[entry["resource"]["meta"]["versionId"] for entry in history["entry"]])

    scale = "urn:uuid:0a3f1f2e-5a5b-4c3d-9e8f-112233445566"
    reading = {"resourceType": "Observation", **weight(subject, 77, 20), "device": {"reference": scale}}
    entries = [
        {"fullUrl": scale, "resource": {"resourceType": "Device", "type": {"text": "Scale"}}},
        {"resource": reading},
    ]
    for entry in entries:
        entry["request"] = {"method": "POST", "url": entry["resource"]["resourceType"]}
    answer = client.execute(
        "", "post", data={"resourceType": "Bundle", "type": "transaction", "entry": entries}
    )
    did("transaction", statuses=[entry["response"]["status"][:3] for entry in answer["entry"]])

    weights = client.resources("Observation").search(patient=subject, code=CODE)
    deadline = time.monotonic() + COPY_DEADLINE_S
    while True:
        counted = client.execute(
            "Observation", "get", params={"patient": subject, "code": CODE, "_summary": "count"}
        )
        if counted["total"] == count + 1 or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    did("count", total=counted["total"])
    found = weights.sort("date").limit(2).fetch_all()
    did("paging", values=[one["valueQuantity"]["value"] for one in found])
    did("first", value=weights.sort("-date").first()["valueQuantity"]["value"])


def main():
    if sys.argv[1] == "read":
        files = sorted(Path(sys.argv[2]).glob("*.json"))
        for file in files:
            read(json.loads(file.read_text()))
        did("read", answers=len(files))
        return
    of = os.environ
    tour(of["FHIR_URL"], of["FHIR_TOKEN"], of["FHIR_PATIENT"], int(of["FHIR_WEIGHTS"]))


main()
