import { parseArgs } from 'node:util'
import { presets } from './preset.ts'
import { queries } from './queries.ts'

export const usage = `npm run nexmark -- [options]
  --query NAME    one of ${Object.keys(queries).join(', ')};
                  or all (default), one after another
  --preset NAME   one of ${Object.keys(presets).join(', ')} (default std)
  --events N      how many events (default 100000)
  --splits K      how many splits they come by (default 4)
  --group N       events come out of order in groups of N; not by preset
  --out FILE      writes the answer as lines of JSON; for one query
  --digest        prints the digest of the answer, at some cost
  --help          prints this`

/** What is to be run. */
export interface Arguments {
  readonly query: string
  readonly preset: keyof typeof presets
  readonly events: number
  readonly splits: number
  /** Events come out of order in groups of so many. */
  readonly group: number
  readonly out: string | undefined
  readonly digest: boolean
}

/** What a command line asks for; as text, what is wrong with it. */
export function argumentsOf(line: readonly string[]): Arguments | 'help' | { readonly wrong: string } {
  try {
    return checked(line)
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}

function checked(line: readonly string[]): Arguments | 'help' {
  const { values } = parseArgs({
    args: [...line],
    options: {
      query: { type: 'string', default: 'all' },
      preset: { type: 'string', default: 'std' },
      events: { type: 'string', default: '100000' },
      splits: { type: 'string', default: '4' },
      group: { type: 'string' },
      out: { type: 'string' },
      digest: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const query = oneOf('query', [...Object.keys(queries), 'all'], values.query)
  const preset = oneOf('preset', Object.keys(presets) as (keyof typeof presets)[], values.preset)
  if (values.out !== undefined && query === 'all') {
    throw new Error('--out takes the answer of one query: name it with --query')
  }
  return {
    query,
    preset,
    events: wholeNumber('events', 0, values.events),
    splits: wholeNumber('splits', 1, values.splits),
    group: wholeNumber('group', 1, values.group ?? String(presets[preset].group)),
    out: values.out,
    digest: values.digest,
  }
}

function oneOf<Name extends string>(option: string, names: readonly Name[], given: string): Name {
  const found = names.find((name) => name === given)
  if (found === undefined) throw new Error(`--${option} ${given} is none of ${names.join(', ')}`)
  return found
}

function wholeNumber(option: string, least: number, given: string): number {
  const number = Number(given)
  if (/^\d+$/.test(given) && number >= least && Number.isSafeInteger(number)) return number
  throw new Error(`--${option} ${given} is no whole number of at least ${least}`)
}
