import { type Answer, FaultyServer, type Received } from '../delivery/faulty-server.ts'

interface Stored {
  readonly source: Readonly<Record<string, unknown>>
  readonly version: number
}

interface Action {
  readonly _index: string
  readonly _id: string
  readonly version?: number
  readonly version_type?: string
}

type Outcome = { readonly status: number; readonly error?: object }

/** A cluster as the `_bulk` API describes it. A field that is no number where the first one was is refused. */
export class SearchCluster {
  /** Documents by id, by index. */
  readonly indexes = new Map<string, Map<string, Stored>>()
  /** Documents whose numbers are not numbers, by what they say. */
  auth: string | undefined
  /** Actions that find no room, by their place among all. */
  readonly busy = new Set<number>()
  #actions = 0
  #server: FaultyServer | undefined

  static async start(): Promise<SearchCluster> {
    const cluster = new SearchCluster()
    cluster.#server = await FaultyServer.start((request) => cluster.#serve(request))
    return cluster
  }

  get server(): FaultyServer {
    return this.#server!
  }

  documents(index?: string): readonly Readonly<Record<string, unknown>>[] {
    const chosen = index === undefined ? [...this.indexes.values()] : [this.indexes.get(index) ?? new Map()]
    return chosen.flatMap((documents) => [...documents.values()].map(({ source }) => source))
  }

  #serve({ method, path, headers, body }: Received): Answer {
    if (headers.authorization !== this.auth) return json(401, { error: `not ${headers.authorization}` })
    const url = new URL(path, 'http://cluster')
    if (method !== 'POST' || url.pathname !== '/_bulk') return json(405, { error: 'no such API' })
    if (headers['content-type'] !== 'application/x-ndjson') return json(406, { error: 'content type' })
    const lines = body.toString().split('\n')
    if (lines.pop() !== '') return json(400, { error: 'the bulk request must end in a newline' })
    const items: object[] = []
    for (let at = 0; at < lines.length; at += 2) {
      const [[verb, action]] = Object.entries(JSON.parse(lines[at]!)) as [[string, Action]]
      items.push({ [verb]: this.#perform(verb, action, JSON.parse(lines[at + 1]!)) })
    }
    return json(200, { items })
  }

  #perform(verb: string, action: Action, source: Record<string, unknown>): Outcome {
    if (this.busy.has(this.#actions++))
      return { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } }
    const documents = this.indexes.get(action._index) ?? new Map<string, Stored>()
    this.indexes.set(action._index, documents)
    const known = documents.get(action._id)
    if (typeof source['id'] !== 'number')
      return {
        status: 400,
        error: {
          type: 'mapper_parsing_exception',
          reason: 'failed to parse field [id]',
          caused_by: { type: 'number_format_exception', reason: 'For input string' },
        },
      }
    const conflict = { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'conflict' } }
    if (verb === 'create' && known !== undefined) return conflict
    if (action.version_type === 'external' && known !== undefined && known.version >= action.version!)
      return conflict
    documents.set(action._id, { source, version: action.version ?? (known?.version ?? 0) + 1 })
    return { status: known === undefined ? 201 : 200 }
  }
}

function json(status: number, body: object): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
