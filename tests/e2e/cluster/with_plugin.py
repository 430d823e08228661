#!/usr/bin/env python3
"""Turns native archiving in the manifests on standard input into that of the barman-cloud plugin.

See https://cloudnative-pg.io/plugin-barman-cloud/docs/migration/.
"""
import sys

import yaml

PLUGIN = "barman-cloud.cloudnative-pg.io"


def converted(documents):
    for document in documents:
        if document["kind"] == "Cluster":
            store = document["spec"].pop("backup")["barmanObjectStore"]
            document["spec"]["plugins"] = [
                {"name": PLUGIN, "isWALArchiver": True, "parameters": {"barmanObjectName": "store"}}]
            yield {"apiVersion": "barmancloud.cnpg.io/v1", "kind": "ObjectStore",
                   "metadata": {"name": "store", "namespace": document["metadata"]["namespace"]},
                   "spec": {"configuration": store}}
        if document["kind"] == "Backup":
            document["spec"].update(method="plugin", pluginConfiguration={"name": PLUGIN})
        yield document


yaml.safe_dump_all(converted(yaml.safe_load_all(sys.stdin)), sys.stdout)
