// Validates STIX objects (JSON on standard input) against the schemas below a folder, and prints what is wrong, a fault a line.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';

const folder = process.argv[2];
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, unicodeRegExp: false });
const byType = new Map();
for (const file of readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.json'))) {
  const schema = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  ajv.addSchema(schema);
  byType.set(basename(file, '.json'), schema.$id);
}

for (const item of JSON.parse(readFileSync(0, 'utf8'))) {
  // Types that the standard does not have need only the common properties.
  const validate = ajv.getSchema(byType.get(item.type) ?? byType.get('core'));
  if (!validate(item)) {
    console.log(`${item.id} ${ajv.errorsText(validate.errors)}`);
  }
}
