import { MillraceError } from '../errors.ts'
import { type Key, keyText } from './key.ts'

/** Makes the value of a key into that of a later version. */
export type Migrate = (value: unknown, key: Key) => unknown

/**
 * Migrates what an operator keeps of a key. Where its values have names, the migration is given and gives an object of
 * them; what else is kept with them stays.
 *
 * @param fresh What a key has that is new: for names that the migration leaves out.
 * @throws MillraceError `OPERATOR_FAILED` if it gives no object, or a name that was never there: a misspelt one would lose
 *   what it was meant for.
 */
export function migratedValue(
  value: unknown,
  key: Key,
  migrate: Migrate,
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
  fresh: () => readonly unknown[],
): unknown {
  if (before === undefined || after === undefined || !Array.isArray(value)) return migrate(value, key)
  const named = Object.fromEntries(before.map((name, index) => [name, value[index]]))
  const given = namedBy(migrate(named, key), key, before, after)
  const initial = fresh()
  return [
    ...after.map((name, index) => (name in given ? given[name] : initial[index])),
    ...value.slice(before.length),
  ]
}

function namedBy(
  given: unknown,
  key: Key,
  before: readonly string[],
  after: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || given instanceof Map)
    throw wrong(key, `something else than an object of ${after.join(', ')}`)
  const unknown = Object.keys(given).find((name) => !after.includes(name) && !before.includes(name))
  if (unknown === undefined) return given as Readonly<Record<string, unknown>>
  throw wrong(key, `"${unknown}": the state has ${after.join(', ')}, and had ${before.join(', ')}`)
}

function wrong(key: Key, gave: string): MillraceError {
  return new MillraceError('OPERATOR_FAILED', `a migration gave ${gave}`, { where: { key: keyText(key) } })
}
