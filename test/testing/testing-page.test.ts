import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { root } from '../compiler.ts'

const page = readFileSync(join(root, 'docs/testing.md'), 'utf8')
const [whole = '', ...parts] = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)
const ofTests = "import { crash, testJob } from 'millrace/testing'\n"
const [definition = '', test = ''] = whole.replace(ofTests, '').split(/(?=^const \{ rows \})/m)

/** Where the examples become modules that import the package by its name. */
const folder = join(root, 'dist/testing-page')

/** An example of the page with the job that the first one defines. */
async function runs(number: number, code: string): Promise<void> {
  const imports = /^import .*$/gm
  const [body, own] = [code.replace(imports, ''), code.match(imports) ?? []]
  const known = new Set(definition.match(imports))
  const needed = own.filter((line) => !known.has(line) && !line.includes('{ type Job }'))
  const module = [
    definition,
    ...needed,
    `export async function example() {${body.replace(/^declare const .*$/gm, '')}}`,
  ].join('\n')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `example-${number}.ts`)
  writeFileSync(file, module)
  const { example } = (await import(pathToFileURL(file).href)) as { example: () => Promise<void> }
  await example()
}

const examples = [`${ofTests}${test}`, ...parts]

describe('the page on tests', () => {
  it('has examples', () => expect(examples).toHaveLength(3))

  it.each([0, 1, 2])(
    'has an example %i that does what it says',
    (number) => runs(number, examples[number]!),
    120_000,
  )
})
