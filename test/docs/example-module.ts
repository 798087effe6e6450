import type { Export } from './entry-points.ts'

/** An example as a module. */
export interface ExampleModule {
  readonly text: string
  /** How many lines stand above the example. */
  readonly linesAbove: number
}

/** Makes a module of code. The names that it uses and does not declare are imported if they are in scope. */
export function exampleModule(code: string, inScope: readonly Export[]): ExampleModule {
  const imports = inScope.filter(({ name }) => uses(code, name) && !declares(code, name)).map(importOf)
  return { text: [...imports, code, 'export {}', ''].join('\n'), linesAbove: imports.length }
}

/** Code in which a statement that ends in `// value` must give that value. */
export function withAssertions(code: string): string {
  return statements(code).map(asserting).join('\n')
}

/** A statement begins at the margin, unless with a bracket that closes one. */
function statements(code: string): string[] {
  const all: string[] = []
  for (const line of code.split('\n')) {
    if (all.length === 0 || /^[^\s)\]}]/.test(line)) all.push(line)
    else all.push(`${all.pop()}\n${line}`)
  }
  return all
}

function asserting(statement: string): string {
  const [, expression, value] = /^([\s\S]*\S) \/\/ (.*)\s*$/.exec(statement) ?? []
  if (expression === undefined || isDeclaration(statement)) return statement
  return `expect(await (${expression})).toEqual(${value})`
}

function isDeclaration(statement: string): boolean {
  return /^(import|export|const|let|function|interface|type|class|for|if|\/\/)\b/.test(statement)
}

function importOf({ name, isType, from }: Export): string {
  return `import { ${isType ? 'type ' : ''}${name} } from '${from}'`
}

function uses(code: string, name: string): boolean {
  return new RegExp(`(?<![.\\w$'])${name}\\b(?!')`).test(code)
}

function declares(code: string, name: string): boolean {
  const declared = new RegExp(`\\b(const|let|function|interface|type|class) ${name}\\b`)
  const imported = new RegExp(`\\bimport (type )?(\\{[^}]*\\b${name}\\b[^}]*\\}|${name}\\b)`)
  return declared.test(code) || imported.test(code)
}
