#!/usr/bin/env python3
"""restored_cluster.py NAME BACKUP_ID: from a Cluster as JSON, one that recovers that backup to restore point NAME."""
import json
import sys

name, backup = sys.argv[1:3]
source = json.load(sys.stdin)
spec = source["spec"]
store = dict(spec["backup"]["barmanObjectStore"], serverName=source["metadata"]["name"])
json.dump({
    "apiVersion": source["apiVersion"], "kind": "Cluster",
    "metadata": {"name": name, "namespace": source["metadata"]["namespace"]},
    "spec": {
        "instances": 1, "imageName": spec["imageName"], "storage": spec["storage"],
        "bootstrap": {"recovery": {"source": "origin", "database": "app", "owner": "app",
                                   "secret": {"name": "orders-app"}, 
                                   "recoveryTarget": {"targetName": name, "backupID": backup}}},
        "externalClusters": [{"name": "origin", "barmanObjectStore": store}],
    },
}, sys.stdout)
