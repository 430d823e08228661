"""Validates YAML files by a JSON Schema: validate_with_schema.py SCHEMA FILE...

Prints "FILE: valid", or "FILE: PATH: message" with the deepest cause. Exit code 1 when a file is not valid, 3 when the
validator is not there.
"""
import json
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(missing)
    sys.exit(3)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

code = 0
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    problem = jsonschema.exceptions.best_match(validator.iter_errors(document))
    if problem is None:
        print(f"{name}: valid")
    else:
        print(f"{name}: {'.'.join(str(part) for part in problem.absolute_path)}: {problem.message[:200]}")
        code = 1
sys.exit(code)
