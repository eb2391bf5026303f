// Answers questions about documents with graphql-js, one JSON object a line in, one a line out.
import { createInterface } from 'node:readline';
import { GraphQLError, GraphQLScalarType, buildASTSchema, buildClientSchema, execute, getIntrospectionQuery, parse, printSchema, validate, lexicographicSortSchema } from 'graphql';

let schema;
let root;

// What cannot be said by data alone; the other side has the same.
function mirror(built) {
  for (const type of Object.values(built.getTypeMap())) {
    if (type instanceof GraphQLScalarType && type.name === 'Any') {
      type.serialize = type.coerceOutputValue = (value) => value;
      type.parseValue = type.coerceInputValue = (value) => value;
    }
    for (const field of Object.values(type.getFields?.() ?? {})) {
      if (field.name === 'echo') field.resolve = (_, args) => args;
      if (field.name === 'fail' || field.name === 'failHard') field.resolve = () => { throw new GraphQLError('It fails.'); };
      if (field.name === 'slow') field.resolve = (parent) => new Promise((done) => setImmediate(() => done(parent.slow)));
    }
  }
  return built;
}

function check(question) {
  let document;
  try {
    document = parse(question.query, { allowEmptySelectionSets: false });
  } catch (error) {
    return { parsed: false, errors: [{ message: error.message, locations: error.locations }] };
  }
  const errors = validate(schema, document);
  if (errors.length > 0) return { parsed: true, valid: false, errors };
  return { parsed: true, valid: true, document };
}

async function answer(question) {
  switch (question.op) {
    case 'schema':
      schema = mirror(buildASTSchema(parse(question.sdl)));
      root = question.root;
      return {};
    case 'check': {
      const { document, ...verdict } = check(question);
      return verdict;
    }
    case 'execute': {
      const { document, ...verdict } = check(question);
      if (!document) return verdict;
      const result = await execute({ schema, document, rootValue: root, variableValues: question.variables, operationName: question.operationName });
      return { ...verdict, result };
    }
    case 'introspection':
      return { query: getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true }) };
    case 'client':
      return { sdl: printSchema(lexicographicSortSchema(buildClientSchema(question.data))), own: printSchema(lexicographicSortSchema(schema)) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = await answer(JSON.parse(line));
  } catch (error) {
    reply = { fault: String(error?.stack ?? error) };
  }
  process.stdout.write(JSON.stringify(reply) + '\n');
}
