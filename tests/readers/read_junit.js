// Reads JUnit files as dorny/test-reporter (xml2js) and mikepenz/action-junit-report (xml-js) do. Prints, per file:
// tests failures errors skipped, as counted by xml2js; throws when the two do not agree.
const fs = require('fs');
const xml2js = require('xml2js');
const xmljs = require('xml-js');
(async () => {
  for (const file of process.argv.slice(2)) {
    const text = fs.readFileSync(file, 'utf8');
    const root = (await xml2js.parseStringPromise(text)).testsuites;
    const cases = root.testsuite.flatMap(s => s.testcase || []);
    for (const c of cases) if (!c.$.name || !c.$.classname) throw new Error('a case without name: ' + file);
    for (const s of root.testsuite) if (s.testsuite) throw new Error('nested suites: ' + file);
    for (const f of cases.flatMap(c => (c.failure || []).concat(c.error || [])))
      if (!f.$.message || !f._) throw new Error('a failure without message and text: ' + file);
    const other = xmljs.xml2js(text, {compact: true}).testsuites.testsuite;
    const others = [].concat(other).flatMap(s => [].concat(s.testcase || []));
    if (others.length !== cases.length) throw new Error('xml-js sees other cases: ' + file);
    const of = kind => cases.filter(c => c[kind]).length;
    console.log(cases.length, of('failure'), of('error'), of('skipped'));
  }
})().catch(e => { console.error(e); process.exit(1); });
