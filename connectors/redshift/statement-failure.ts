import { MillraceError } from '../../src/errors.ts'

/** Statements that Redshift has begun, and not ended well. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed'
  readonly queryId: number | undefined

  constructor(message: string, queryId: number | undefined) {
    super(message)
    this.queryId = queryId
  }
}

/** What no repetition makes better: the table, the rights, the files. */
const lasting =
  /does not exist|permission denied|not authorized|must be owner|syntax error|load into table|load_error|spectrum scan error|incompatible|has no columns|number of columns|cannot (cast|be null)|invalid (?!operation)|unrecognized|not supported/i

/** A failure of statements as an error of the catalogue: refused for good, or one that may pass. */
export function loadError(
  failure: StatementFailed,
  table: string,
  details: readonly (readonly string[])[],
): MillraceError {
  const rows = details.map(
    ([file, line, column, message]) =>
      `${file?.trim()} line ${line}${column?.trim() ? `, column ${column.trim()}` : ''}: ${message?.trim()}`,
  )
  const happened = [`Redshift did not load into ${table}: ${failure.message}`, ...rows].join('; ')
  return new MillraceError(lasting.test(failure.message) ? 'LOAD_REFUSED' : 'SINK_FAILED', happened)
}
