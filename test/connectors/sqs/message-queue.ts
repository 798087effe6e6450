import { createHash } from 'node:crypto'
import { type Answer, FaultyServer, type Received } from '../delivery/faulty-server.ts'

interface Entry {
  readonly Id: string
  readonly MessageBody: string
  readonly MessageGroupId?: string
  readonly MessageDeduplicationId?: string
}

/** A queue as the API of SQS describes SendMessageBatch. */
export class MessageQueue {
  readonly messages: Entry[] = []
  isWrong: (body: string) => boolean = () => false
  /** Places of entries among all, which find no room. */
  readonly busy = new Set<number>()
  readonly #fifo: boolean
  readonly #seen = new Map<string, number>()
  #entries = 0
  #server: FaultyServer | undefined

  constructor(fifo: boolean) {
    this.#fifo = fifo
  }

  static async start(fifo: boolean): Promise<MessageQueue> {
    const queue = new MessageQueue(fifo)
    queue.#server = await FaultyServer.start((request) => queue.#serve(request))
    return queue
  }

  get server(): FaultyServer {
    return this.#server!
  }

  get url(): string {
    return `${this.server.url}/123456789012/letters${this.#fifo ? '.fifo' : ''}`
  }

  #serve({ headers, body }: Received): Answer {
    if (headers['x-amz-target'] !== 'AmazonSQS.SendMessageBatch') return failed('InvalidAction')
    if (!/^AWS4-HMAC-SHA256 /.test(String(headers.authorization))) return failed('MissingAuthenticationToken')
    const { QueueUrl, Entries } = JSON.parse(body.toString()) as { QueueUrl: string; Entries: Entry[] }
    if (QueueUrl !== this.url) return failed('QueueDoesNotExist')
    if (Entries.length === 0 || Entries.length > 10) return failed('TooManyEntriesInBatchRequest')
    if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length) return failed('BatchEntryIdsNotDistinct')
    const outcomes = Entries.map((entry) => this.#take(entry))
    return answer(200, {
      Successful: outcomes.filter((outcome) => 'MessageId' in outcome),
      Failed: outcomes.filter((outcome) => 'Code' in outcome),
    })
  }

  #take(entry: Entry): object {
    const { Id, MessageBody, MessageGroupId, MessageDeduplicationId: dedup } = entry
    if (this.busy.has(this.#entries++))
      return { Id, SenderFault: true, Code: 'RequestThrottled', Message: 'slow down' }
    if (this.isWrong(MessageBody))
      return { Id, SenderFault: true, Code: 'InvalidMessageContents', Message: 'not these characters' }
    if (this.#fifo && (MessageGroupId === undefined || !/^[\w!-~]{1,128}$/.test(dedup ?? '')))
      return { Id, SenderFault: true, Code: 'MissingParameter', Message: 'MessageGroupId' }
    const known = dedup !== undefined && Date.now() - (this.#seen.get(dedup) ?? 0) < 300_000
    if (!known) this.messages.push(entry)
    if (dedup !== undefined) this.#seen.set(dedup, Date.now())
    const md5 = createHash('md5').update(MessageBody).digest('hex')
    return { Id, MessageId: `message-${this.messages.length}`, MD5OfMessageBody: md5 }
  }
}

function failed(code: string): Answer {
  return answer(400, { __type: `com.amazonaws.sqs#${code}`, message: code })
}

function answer(status: number, body: object): Answer {
  return { status, headers: { 'Content-Type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) }
}
