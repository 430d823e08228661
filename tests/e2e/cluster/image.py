#!/usr/bin/env python3
"""image.py OUT.tar NAME CONFIG LAYER.tar...: an image archive of these layers, in the form that ctr imports.

CONFIG is the image's configuration as JSON: User, Env, Entrypoint.
"""
import hashlib
import json
import os
import sys
import tarfile
import io


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(out, name, config, *layers):
    digests = [digest(layer) for layer in layers]
    description = json.dumps({
        "architecture": "amd64", "os": "linux", "config": json.loads(config),
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + one for one in digests]},
        "history": [{"created_by": "image.py"} for _ in layers],
    }).encode()
    config_name = hashlib.sha256(description).hexdigest() + ".json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [name],
                            "Layers": [one + ".tar" for one in digests]}]).encode()
    partial = out + ".partial"
    with tarfile.open(partial, "w") as archive:
        for entry, content in ((config_name, description), ("manifest.json", manifest)):
            info = tarfile.TarInfo(entry)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for layer, one in zip(layers, digests):
            archive.add(layer, one + ".tar")
    os.replace(partial, out)


main(*sys.argv[1:])
