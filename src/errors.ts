/** What every error code means: may a restart help, and what should the user do. Documented in `docs/errors.md`. */
const catalogue = {
  // The job file and the command line
  JOB_INVALID: { retryable: false, advice: 'Correct the job file where the message points.' },
  NAME_DUPLICATE: {
    retryable: false,
    advice: 'Give every source, stateful operator and sink of a job a name of its own.',
  },
  OPTION_INVALID: { retryable: false, advice: 'Correct the option; `millrace help` lists them all.' },
  INPUT_INVALID: {
    retryable: false,
    advice: 'Correct the line of the input that the message names. The lines before it have been put.',
  },
  // Records
  RECORD_UNDECODABLE: {
    retryable: false,
    advice: 'Correct `decode`, or name a dead-letter output: from(name, source, { undecodable: … }).',
  },
  EVENT_TIME_INVALID: {
    retryable: false,
    advice:
      'Let eventTime(…) return milliseconds since 1970 as a whole number, or filter such records out before it.',
  },
  KEY_INVALID: {
    retryable: false,
    advice:
      'Let keyBy(…) return a string, a finite number or a bigint for every record, or filter such records out before it.',
  },
  RECORD_LATE: {
    retryable: false,
    advice:
      'Raise `outOfOrder` of eventTime(…), or name an output for late records: the option `late` of window(…) and of joins.',
  },
  PATTERN_TOO_WIDE: {
    retryable: false,
    advice:
      'Let the pattern keep fewer partial matches: within(…), a stricter condition, or a skip strategy; or raise maxPartialMatches of matchPattern(…).',
  },
  OPERATOR_FAILED: {
    retryable: false,
    advice:
      'Correct the function of the job that threw and start again: the job continues at its last checkpoint.',
  },
  RECORD_POISONED: {
    retryable: false,
    advice:
      'Correct the function that fails at this record, or let the job go on without such records: the option `onError` of job(…).',
  },
  STATE_INVALID: {
    retryable: false,
    advice:
      'Keep only plain data in state: numbers, strings, booleans, bigints, Dates, bytes, arrays, Maps, Sets and plain objects.',
  },
  QUARANTINE_FULL: {
    retryable: false,
    advice:
      'Correct the function that fails at these records, or raise `perKey` or `inAll` of quarantine(…); `millrace quarantine` shows, retries and drops what is parked.',
  },
  QUARANTINE_NOT_EMPTY: {
    retryable: false,
    advice:
      "Ask with `millrace quarantine retry` or `drop` for what is parked, and start the job again; or set `atEnd: 'keep'` of quarantine(…).",
  },
  CALL_TIMED_OUT: {
    retryable: true,
    advice: 'See why what the function calls does not answer, or raise `timeout` of asyncMap(…).',
  },
  // Sources
  STREAM_NOT_FOUND: {
    retryable: false,
    advice: 'Check the name of the stream, the region and the endpoint.',
  },
  CREDENTIALS_MISSING: {
    retryable: false,
    advice:
      'Give the process AWS credentials (environment, profile or role), or use the embedded Kinesis with --endpoint.',
  },
  ACCESS_DENIED: { retryable: false, advice: 'Allow the role or user the action that the message names.' },
  REGION_MISSING: {
    retryable: false,
    advice: 'Set AWS_REGION, --region, or `region` of the source or store.',
  },
  SOURCE_UNREACHABLE: {
    retryable: true,
    advice: 'Check the endpoint, the region and the network. A job tries again by itself for a while.',
  },
  SOURCE_FAILED: { retryable: true, advice: 'The service refused a read; the cause has its words.' },
  CONSUMER_LIMIT: {
    retryable: false,
    advice:
      'Remove a consumer that nobody uses (`millrace consumers ls`), or read with `read: "auto"` or `"polling"`.',
  },
  CONSUMER_NOT_FOUND: {
    retryable: false,
    advice: 'Check the name; `millrace consumers ls` lists the consumers of a stream.',
  },
  SHARD_HOLE: {
    retryable: false,
    advice:
      'Shards that the checkpoint never saw are gone. Start again with a new checkpoint folder, or restore an older checkpoint.',
  },
  DATA_LOST: {
    retryable: false,
    advice:
      "Set onDataLoss: 'continue' of the source to go on without them and have the gap recorded; if the stream is another one, start with a new checkpoint folder.",
  },
  REPEATS_UNBOUNDED: {
    retryable: false,
    advice: 'Read the stream without dropRepeats, or begin where its records have fewer gaps.',
  },
  // Checkpoints
  CHECKPOINT_CORRUPT: {
    retryable: false,
    advice:
      'What is damaged cannot be trusted. Bring it back from a backup, or go on from a savepoint; with an empty folder the job starts anew.',
  },
  CHECKPOINT_FOREIGN: {
    retryable: false,
    advice: 'Give each job a checkpoint folder of its own, or undo the change of name.',
  },
  CHECKPOINT_INCOMPATIBLE: {
    retryable: false,
    advice:
      'Say in `evolution` or `dropState` of job(…) how the state has changed, or undo the change that the message names.',
  },
  SAVEPOINT_FAILED: {
    retryable: false,
    advice: 'Check the name, and that the job has a checkpoint; `millrace savepoint ls` lists savepoints.',
  },
  RESTORE_REFUSED: {
    retryable: false,
    advice:
      'Restore into a new checkpoint folder, or go back in this history with --rewind: what sinks show since the savepoint stays there.',
  },
  JOB_FENCED: {
    retryable: false,
    advice: 'Another run of this job has taken over. Let only one process run it.',
  },
  STORE_FAILED: {
    retryable: true,
    advice:
      'Check where checkpoints live, as the message says: a disk for free space, permissions and the folder; a service for being reachable and well.',
  },
  STORE_REFUSED: {
    retryable: false,
    advice: 'Correct what the message names: the bucket, its region, the KMS key or the options.',
  },
  // Sinks
  SINK_FAILED: {
    retryable: true,
    advice: 'Check the destination: free space, permissions, and that it is reachable.',
  },
  SINK_FOREIGN_FILES: {
    retryable: false,
    advice: 'Delete the files of the earlier run, or write to another place.',
  },
  LOAD_REFUSED: {
    retryable: false,
    advice:
      'Correct the table, its columns or the rights, as the message says, and start again: the files are there, and are loaded then.',
  },
  SINK_COMMITTABLE_LOST: {
    retryable: false,
    advice: 'Something staged that the checkpoint promises is gone. Restore it from a backup, or start anew.',
  },
  LEDGER_BROKEN: {
    retryable: false,
    advice: 'Bring back what the message names from a backup, or take away what is no work of the job.',
  },
  DESTINATION_UNAVAILABLE: {
    retryable: true,
    advice:
      'See why the destination does not take records; or raise `retry.for`, or let the job go on with whenDown: "errors".',
  },
  RECORD_REFUSED: {
    retryable: false,
    advice:
      'Correct what the destination complains about, or name an output for such records: `errors` of deliverySink(…).',
  },
  ROW_INVALID: {
    retryable: false,
    advice: 'Correct the row or the columns of the format where the message points.',
  },
  // The agent
  OFFSETS_CORRUPT: {
    retryable: false,
    advice:
      'Restore the offsets from a backup, or delete the file: the agent then begins again, and sends what is there once more.',
  },
  STATE_IN_USE: {
    retryable: false,
    advice: 'Let only one agent use a state folder, or give each its own with --state.',
  },
  FILE_UNREADABLE: {
    retryable: false,
    advice: 'Let the user of the agent read the file or folder that the message names, and start it again.',
  },
  // Tests of jobs
  SIMULATION_FAILED: {
    retryable: false,
    advice:
      'Run the seed alone: the message has the fewest faults that still fail, and the last steps before it.',
  },
  // Anything else
  UNEXPECTED: {
    retryable: true,
    advice:
      'This should not happen; the cause has the details. The job restarts by itself; if it stays, please report it.',
  },
  // The embedded Kinesis
  LOCAL_STORE_CORRUPT: {
    retryable: false,
    advice: 'Delete the data folder of the embedded Kinesis, or restore it from a backup.',
  },
  PORT_TAKEN: { retryable: false, advice: 'Choose another port, or stop the program that listens there.' },
} as const satisfies Record<string, { retryable: boolean; advice: string }>

/** The code of a {@link MillraceError}. `docs/errors.md` has a paragraph on each. */
export type ErrorCode = keyof typeof catalogue

/** All codes. */
export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[]

/** Where something happened. What does not apply is left out. */
export interface Where {
  readonly job?: string
  readonly source?: string
  readonly operator?: string
  /** The function of the job that failed, with its place, as `late (job.ts:12:30)`. */
  readonly function?: string
  /** The key at hand, where no record is: in a timer, or when a window closes. A text has quotes. */
  readonly key?: string
  /** The window that closes, by its first instant. */
  readonly window?: string
  /** The time of the timer that fires. */
  readonly time?: string
  readonly sink?: string
  readonly stream?: string
  readonly shard?: string
  readonly sequenceNumber?: string
  readonly file?: string
}

/**
 * Every error that Millrace throws on purpose: a code from the catalogue, what happened, where, what to do, and the
 * cause. `retryable` says whether a restart may help; the job restarts itself on those.
 */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: ErrorCode
  readonly happened: string
  readonly where: Where

  constructor(code: ErrorCode, happened: string, details: { where?: Where; cause?: unknown } = {}) {
    const { where = {}, cause } = details
    super(sentence(code, happened, where), cause === undefined ? undefined : { cause })
    this.code = code
    this.happened = happened
    this.where = where
  }

  get retryable(): boolean {
    return catalogue[this.code].retryable
  }

  /** What the user should do. */
  get advice(): string {
    return catalogue[this.code].advice
  }

  /** The same error with more of its place known. What it knew already stays. */
  at(where: Where): MillraceError {
    const located = new MillraceError(this.code, this.happened, {
      where: { ...where, ...this.where },
      cause: this.cause,
    })
    if (this.stack !== undefined) located.stack = this.stack.replace(this.message, () => located.message)
    return located
  }
}

function sentence(code: ErrorCode, happened: string, where: Where): string {
  const place = Object.entries(where)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name === 'sequenceNumber' ? 'sequence number' : name} ${value}`)
  return `${code}: ${happened}${place.length > 0 ? ` [${place.join(', ')}]` : ''}`
}

/** More causes are not told: there are errors that are their own cause. */
const causesTold = 10

/** The messages of an error and of its causes, outermost first. */
export function reasons(error: unknown, told = 0): string[] {
  if (!(error instanceof Error)) return [textOf(error)]
  const { cause } = error
  const more = cause === undefined || told === causesTold ? [] : reasons(cause, told + 1)
  return [textOf(error.message || error.name), ...more]
}

/** Anything can be thrown, also what has no text. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return `a value of type ${typeof thrown}`
  }
}

/**
 * Whether an error is of the catalogue. Goes by its looks, not by its class: the job file may have brought another copy
 * of the package.
 */
export function isMillraceError(error: unknown): error is MillraceError {
  return (
    error instanceof Error &&
    error.name === 'MillraceError' &&
    'code' in error &&
    errorCodes.some((code) => code === error.code)
  )
}

/** Any thrown value as an error of the catalogue. */
export function millraceError(error: unknown): MillraceError {
  if (isMillraceError(error)) return error
  return new MillraceError('UNEXPECTED', reasons(error)[0] ?? 'an error without a message', { cause: error })
}
