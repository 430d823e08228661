"""Reads JUnit files as EnricoMi/publish-unit-test-result does: junitparser over lxml. Prints one line per file:
tests failures errors skipped, counted by the parser."""
import sys

from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree

for name in sys.argv[1:]:
    etree.parse(name)
    xml = JUnitXml.fromfile(name)
    cases = [case for suite in xml for case in suite]
    assert all(case.name and case.classname and case.time is not None for case in cases)
    of = lambda kind: sum(any(isinstance(r, kind) for r in case.result) for case in cases)
    print(len(cases), of(Failure), of(Error), of(Skipped))
