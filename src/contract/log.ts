/** Facts that belong to a log line, such as a shard or a count. Never secrets, never the content of records. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Where parts of a job say what they do. */
export interface Log {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
}
