#!/usr/bin/env python3
"""restored_cluster.py NAME BACKUP_ID: from a Cluster as JSON, one that recovers that backup to restore point NAME.

As the drill's: with the same settings, and archiving to a place of its own, so that it can be recovered in turn.
"""
import json
import sys

name, backup = sys.argv[1:3]
source = json.load(sys.stdin)
spec = source["spec"]


def store(server):
    return dict(spec["backup"]["barmanObjectStore"], serverName=server)


json.dump({
    "apiVersion": source["apiVersion"], "kind": "Cluster",
    "metadata": {"name": name, "namespace": source["metadata"]["namespace"]},
    "spec": {
        "instances": 1, "imageName": spec["imageName"], "storage": spec["storage"],
        "postgresql": spec["postgresql"],
        "backup": dict(spec["backup"], barmanObjectStore=store(name)),
        "bootstrap": {"recovery": {"source": "origin", "database": "app", "owner": "app",
                                   "secret": {"name": "orders-app"},
                                   "recoveryTarget": {"targetName": name, "backupID": backup}}},
        "externalClusters": [{"name": "origin", "barmanObjectStore": store(source["metadata"]["name"])}],
    },
}, sys.stdout)
