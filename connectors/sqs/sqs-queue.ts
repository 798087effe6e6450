import process from 'node:process'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { type AwsConnection, awsClientConfig } from '../../src/contract/aws-connection.ts'
import { entriesOutcome } from '../../src/contract/aws-entries.ts'
import { awsFailure, awsPackage } from '../../src/contract/aws-failure.ts'
import { type Encode, encoderOf } from '../../src/contract/codec.ts'
import type {
  DeliveryRecord,
  RequestContext,
  RequestDestination,
  RequestSession,
} from '../../src/contract/request-destination.ts'
import { MillraceError } from '../../src/errors.ts'

/** Where messages go. */
export interface SqsQueueOptions<in T> extends AwsConnection {
  /** The URL of the queue. One that ends in `.fifo` is a FIFO queue. */
  readonly queueUrl: string
  /** For a FIFO queue, and required there: the message group of a row, 1 to 128 letters, digits and punctuation. */
  readonly group?: (row: T) => string
  /** The body of the message, a text in UTF-8. Default: JSON of the row. */
  readonly encode?: Encode<T>
}

/** Per call. A larger message goes alone: newer queues take 1 MiB. */
const limits = { records: 10, bytes: 256 * 1024, recordBytes: 2 ** 20 }
const timeoutMs = 30_000

/**
 * A queue of SQS. A message may come twice after a failure; a FIFO queue drops the repeats that come within five minutes,
 * since each message has the id of its record for deduplication.
 *
 * Needs the package `@aws-sdk/client-sqs`, and `sqs:SendMessage` on the queue.
 *
 * @throws MillraceError `OPTION_INVALID` for options that make no sense; while running, if there is no such queue.
 * @example
 * const letters = sqsQueue<{ customer: string }>({
 *   queueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo',
 *   group: (order) => order.customer,
 * })
 * letters.description.guarantee // 'at-least-once'
 */
export function sqsQueue<T>(options: SqsQueueOptions<T>): RequestDestination<T> {
  const { queueUrl, group } = options
  if (!URL.canParse(queueUrl)) throw invalid('`queueUrl` is no URL')
  const fifo = queueUrl.endsWith('.fifo')
  if (fifo !== (group !== undefined))
    throw invalid(
      fifo ? 'a FIFO queue needs `group`' : 'only FIFO queues, whose URL ends in ".fifo", have groups',
    )
  const encoder = encoderOf<T>(options.encode ?? ((row) => Buffer.from(JSON.stringify(row) ?? 'null')))
  return {
    kind: 'requests',
    description: {
      kind: 'sqs',
      detail: `queue ${new URL(queueUrl).pathname.split('/').at(-1)}`,
      guarantee: 'at-least-once',
      because: fifo
        ? 'an answer may be lost; the message comes again under its id, which the queue drops for five minutes'
        : 'an answer may be lost, and the queue does not know messages again',
    },
    limits,
    buffer: { size: '256KiB', interval: '1s' },
    atOnce: fifo ? 1 : 4,
    encode: (row) => ({
      data: encoder.encode(row),
      ...(group !== undefined && { notes: groupOf(group(row)) }),
    }),
    open: (context) => openQueue(options, context),
  }
}

function groupOf(group: unknown): string {
  if (typeof group === 'string' && /^[!-~]{1,128}$/.test(group)) return group
  throw new TypeError(`the group of a message is ${JSON.stringify(group)}`)
}

async function openQueue<T>(options: SqsQueueOptions<T>, context: RequestContext): Promise<RequestSession> {
  const sdk = await awsPackage('@aws-sdk/client-sqs', () => import('@aws-sdk/client-sqs'))
  const config = awsClientConfig('SQS', options, context.overrides, process.env)
  const client: SQSClient = new sdk.SQSClient(config)
  return {
    secrets: [],
    send: async ({ records }, signal) => {
      const command = new sdk.SendMessageBatchCommand({
        QueueUrl: options.queueUrl,
        Entries: records.map(entryOf),
      })
      try {
        const sent = await context.within(
          timeoutMs,
          (abortSignal) => client.send(command, { abortSignal }),
          signal,
        )
        return entriesOutcome(records, sent.Successful ?? [], sent.Failed ?? [])
      } catch (error) {
        throw awsFailure(error, `send messages to ${options.queueUrl}`)
      }
    },
    close: async () => client.destroy(),
  }
}

function entryOf({ id, data, notes }: DeliveryRecord, index: number) {
  const message = { Id: String(index), MessageBody: Buffer.from(data).toString() }
  if (typeof notes !== 'string') return message
  return { ...message, MessageGroupId: notes, MessageDeduplicationId: id }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `sqsQueue(…): ${message}`)
}
