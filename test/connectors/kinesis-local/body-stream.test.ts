import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import type { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BodyStream, Request, Response } from '../../../connectors/kinesis-local/http/exchange.ts'
import { type Listener, listen } from '../../../connectors/kinesis-local/http/listener.ts'
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.ts'

const chunkSize = 2 ** 18

/** What a client sees of an answer. */
interface Answer {
  readonly status: number
  readonly body: Readable
  leave(): void
}

describe.each(['HTTP/1.1', 'HTTP/2'])('a body that is made while it is sent, over %s', (version) => {
  let listener: Listener
  let session: ClientHttp2Session | undefined
  /** What to answer, by path. `/` is a buffer. */
  let bodies: Record<string, BodyStream>
  let made: number
  let clock: ManualClock
  let left: Promise<void>
  let ended: () => void

  beforeEach(async () => {
    made = 0
    clock = manualClock()
    bodies = {}
    left = new Promise((resolve) => {
      ended = resolve
    })
    const answer = ({ path }: Request): Response => ({
      status: 200,
      headers: {},
      body: bodies[path] ?? Buffer.from('whole'),
    })
    listener = await listen(0, '127.0.0.1', { answer, refuseBody: () => answer({} as Request) }, clock)
    session = version === 'HTTP/2' ? connectHttp2(`http://127.0.0.1:${listener.port}`) : undefined
    session?.on('error', () => {})
  })
  afterEach(async () => {
    session?.destroy()
    await listener.close()
  })

  async function call(path: string): Promise<Answer> {
    if (session === undefined) {
      const sent = request({ host: '127.0.0.1', port: listener.port, path, agent: false }).end()
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      response.on('error', () => {})
      return { status: response.statusCode!, body: response, leave: () => response.destroy() }
    }
    const stream = session.request({ ':path': path })
    stream.on('error', () => {})
    const [headers] = await once(stream, 'response')
    return { status: headers[':status'], body: stream, leave: () => stream.close() }
  }

  async function text(body: Readable): Promise<string> {
    let all = ''
    for await (const chunk of body) all += chunk
    return all
  }

  /** Gives chunks for ever and notes when it is left. */
  async function* endless(gone: AbortSignal): AsyncGenerator<Buffer> {
    try {
      while (!gone.aborted) {
        made++
        yield Buffer.alloc(chunkSize)
      }
    } finally {
      ended()
    }
  }

  /** Waits until nobody wants it any more. */
  async function* silent(gone: AbortSignal): AsyncGenerator<Buffer> {
    await new Promise((resolve) => gone.addEventListener('abort', resolve))
    ended()
    yield Buffer.from('late')
  }

  test('arrives whole and ends', async () => {
    bodies['/three'] = async function* () {
      for (const part of ['one ', 'two ', 'three']) yield Buffer.from(part)
    }
    const { status, body } = await call('/three')
    expect([status, await text(body)]).toEqual([200, 'one two three'])
  })

  test('has its head sent before there is any chunk', async () => {
    let go = () => {}
    bodies['/slow'] = async function* () {
      await new Promise<void>((resolve) => {
        go = resolve
      })
      yield Buffer.from('at last')
    }
    const { status, body } = await call('/slow')
    expect(status).toBe(200)
    go()
    expect(await text(body)).toBe('at last')
  })

  test('is made only as fast as the client takes it, and holds up no other answer', async () => {
    bodies['/endless'] = endless
    const { body, leave } = await call('/endless')
    let before = -1
    // A client that does not read is served until what lies between the two is full.
    while (made > before) {
      before = made
      for (let look = 0; look < 20; look++) expect(await text((await call('/')).body)).toBe('whole')
    }
    expect(made).toBeLessThan(200)
    for await (const _ of body.iterator({ destroyOnReturn: false })) if (made > before + 100) break
    leave()
    await left
  })

  test('is told when the client leaves', async () => {
    bodies['/silent'] = silent
    const { leave } = await call('/silent')
    leave()
    await left
  })

  test('is told when the server closes', async () => {
    bodies['/silent'] = silent
    await call('/silent')
    await Promise.all([listener.close(), left])
  })

  test('is cut off for a client that takes nothing of it for ten minutes', async () => {
    bodies['/endless'] = endless
    const { body } = await call('/endless')
    let before = -1
    while (made > before) {
      before = made
      for (let look = 0; look < 20; look++) await text((await call('/')).body)
    }
    clock.advance(600_000)
    await left
    await expect(text(body)).rejects.toThrow()
  })

  test('that fails breaks its answer off, and no other', async () => {
    bodies['/broken'] = async function* () {
      yield Buffer.from('begun')
      throw new Error('no more')
    }
    const { body } = await call('/broken')
    await expect(text(body)).rejects.toThrow()
    expect(await text((await call('/')).body)).toBe('whole')
  })

  test('has hundreds of others beside it', async () => {
    let start = () => {}
    const started = new Promise<void>((resolve) => {
      start = resolve
    })
    bodies['/many'] = async function* () {
      await started
      yield Buffer.from('every one')
    }
    const answers = await Promise.all(Array.from({ length: 400 }, () => call('/many')))
    start()
    expect(new Set(await Promise.all(answers.map(({ body }) => text(body))))).toEqual(new Set(['every one']))
  })
})
