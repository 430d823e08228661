// Reads JUnit files as converters of results do: junit2json, and test-results-parser, which knows failures and errors
// as one. Prints, per file: tests failures errors skipped, as counted by junit2json; throws when the two do not agree.
const fs = require('fs');
const parser = require('test-results-parser');
(async () => {
  const junit2json = await import('junit2json');
  for (const file of process.argv.slice(2)) {
    const document = await junit2json.parse(fs.readFileSync(file, 'utf8'));
    const suites = document.testsuite;
    const cases = suites.flatMap(s => s.testcase || []);
    const of = kind => cases.filter(c => c[kind]).length;
    for (const s of suites) {
      if (s.tests !== s.testcase.length) throw new Error('a suite counts otherwise: ' + file);
      for (const p of s.properties || []) if (!p.name || p.value === undefined) throw new Error('a property: ' + file);
    }
    for (const c of cases) if (!c.name || !c.classname || !(c.time >= 0)) throw new Error('a case: ' + file);
    for (const f of cases.flatMap(c => (c.failure || []).concat(c.error || [])))
      if (!f.message || !f.type || !f.inner) throw new Error('a failure without message, type or text: ' + file);
    const other = parser.parse({type: 'junit', files: [file]});
    const others = other.suites.flatMap(s => s.cases);
    const names = list => JSON.stringify(list.map(c => c.name));
    if (names(others) !== names(cases)) throw new Error('test-results-parser sees other cases: ' + file);
    const with_status = status => others.filter(c => c.status === status);
    if (with_status('FAIL').length !== of('failure') + of('error') || with_status('SKIP').length !== of('skipped'))
      throw new Error('test-results-parser sees other results: ' + file);
    for (const c of with_status('FAIL')) if (!c.failure || !c.stack_trace) throw new Error('no text: ' + file);
    console.log(cases.length, of('failure'), of('error'), of('skipped'));
  }
})().catch(e => { console.error(e); process.exit(1); });
