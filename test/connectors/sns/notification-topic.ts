import { type Answer, FaultyServer, type Received } from '../delivery/faulty-server.ts'

export interface Published {
  readonly Id: string
  readonly Message: string
  readonly Subject?: string
  readonly MessageGroupId?: string
  readonly MessageDeduplicationId?: string
}

/** A topic as the API of SNS describes PublishBatch, in the query protocol. */
export class NotificationTopic {
  readonly messages: Published[] = []
  isWrong: (message: string) => boolean = () => false
  readonly arn: string
  readonly #seen = new Map<string, number>()
  #server: FaultyServer | undefined

  constructor(fifo: boolean) {
    this.arn = `arn:aws:sns:us-east-1:123456789012:news${fifo ? '.fifo' : ''}`
  }

  static async start(fifo: boolean): Promise<NotificationTopic> {
    const topic = new NotificationTopic(fifo)
    topic.#server = await FaultyServer.start((request) => topic.#serve(request))
    return topic
  }

  get server(): FaultyServer {
    return this.#server!
  }

  #serve({ headers, body }: Received): Answer {
    const form = new URLSearchParams(body.toString())
    if (!/^AWS4-HMAC-SHA256 /.test(String(headers.authorization))) return failed('MissingAuthenticationToken')
    if (form.get('Action') !== 'PublishBatch') return failed('InvalidAction')
    if (form.get('TopicArn') !== this.arn) return failed('NotFound')
    const entries: Published[] = []
    for (let number = 1; form.has(`PublishBatchRequestEntries.member.${number}.Id`); number++) {
      const prefix = `PublishBatchRequestEntries.member.${number}.`
      const members = [...form].filter(([name]) => name.startsWith(prefix))
      entries.push(
        Object.fromEntries(members.map(([name, value]) => [name.slice(prefix.length), value])) as never,
      )
    }
    if (entries.length === 0 || entries.length > 10) return failed('TooManyEntriesInBatchRequest')
    const outcomes = entries.map((entry) => this.#take(entry))
    const list = (kind: string) =>
      outcomes
        .filter((outcome) => outcome.kind === kind)
        .map(({ xml }) => xml)
        .join('')
    return xml(
      200,
      `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>${list('taken')}</Successful><Failed>${list('failed')}</Failed></PublishBatchResult></PublishBatchResponse>`,
    )
  }

  #take(entry: Published): { readonly kind: 'taken' | 'failed'; readonly xml: string } {
    const { Id, Message, MessageDeduplicationId: dedup } = entry
    if (this.isWrong(Message))
      return {
        kind: 'failed',
        xml: `<member><Id>${Id}</Id><Code>InvalidParameter</Code><Message>not this</Message><SenderFault>true</SenderFault></member>`,
      }
    const known = dedup !== undefined && Date.now() - (this.#seen.get(dedup) ?? 0) < 300_000
    if (!known) this.messages.push(entry)
    if (dedup !== undefined) this.#seen.set(dedup, Date.now())
    return {
      kind: 'taken',
      xml: `<member><Id>${Id}</Id><MessageId>m${this.messages.length}</MessageId></member>`,
    }
  }
}

function failed(code: string): Answer {
  return xml(
    400,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`,
  )
}

function xml(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/xml' }, body }
}
