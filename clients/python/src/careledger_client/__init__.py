"""Clients of careledger: `gateway`, `authority` and `provider`, each generated from its OpenAPI document."""
