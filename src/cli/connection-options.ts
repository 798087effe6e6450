import type { Command } from 'commander'
import { endpoint } from './option-values.ts'

/** Where the Kinesis of a command is. */
export interface ConnectionFlags {
  readonly endpoint?: string
  readonly region?: string
}

/** Adds the options that say where Kinesis is. */
export function withConnection(command: Command): Command {
  return command
    .option(
      '--endpoint <url>',
      'the address of Kinesis, such as http://127.0.0.1:4567 (default: AWS)',
      endpoint,
    )
    .option('--region <region>', 'the AWS region (default: AWS_REGION)')
}
