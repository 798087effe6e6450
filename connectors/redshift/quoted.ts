import { MillraceError } from '../../src/errors.ts'

/**
 * A name as SQL takes it whatever it holds.
 *
 * @throws MillraceError `OPTION_INVALID` for what can be no name: nothing, more than 127 bytes, control characters.
 */
export function identifier(name: string): string {
  const isName =
    typeof name === 'string' && name !== '' && Buffer.byteLength(name) <= 127 && !/\p{Cc}/u.test(name)
  if (!isName)
    throw new MillraceError('OPTION_INVALID', `redshiftTable(…): ${JSON.stringify(name)} is no name`)
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as SQL takes it. Redshift reads what follows a backslash as an escape, so there is none. */
export function literal(text: string): string {
  if (/[\\\p{Cc}]/u.test(text))
    throw new MillraceError(
      'OPTION_INVALID',
      `redshiftTable(…): ${JSON.stringify(text)} has characters that no text for Redshift may have`,
    )
  return `'${text.replaceAll("'", "''")}'`
}
