/** Makes the value of a key into that of a later version. */
export type Migrate = (value: unknown, key: string | number | bigint) => unknown

/**
 * Migrates what an operator keeps of a key. Where its values have names, the migration is given and gives an object of
 * them; what else is kept with them stays.
 *
 * @param fresh What a key has that is new: for names that the migration leaves out.
 */
export function migratedValue(
  value: unknown,
  key: string | number | bigint,
  migrate: Migrate,
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
  fresh: () => readonly unknown[],
): unknown {
  if (before === undefined || after === undefined || !Array.isArray(value)) return migrate(value, key)
  const named = Object.fromEntries(before.map((name, index) => [name, value[index]]))
  const given = migrate(named, key) as Readonly<Record<string, unknown>>
  const initial = fresh()
  return [
    ...after.map((name, index) => (name in given ? given[name] : initial[index])),
    ...value.slice(before.length),
  ]
}
