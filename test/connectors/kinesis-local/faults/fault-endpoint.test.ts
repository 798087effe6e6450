import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fail, succeed } from '../raw-call.ts'
import { FaultyKinesis } from './faulty-kinesis.ts'

let server: FaultyKinesis

beforeEach(async () => {
  server = await FaultyKinesis.start()
})
afterEach(() => server.kinesis.close())

async function faults(method: string, body?: string) {
  const response = await fetch(`${server.endpoint}/_millrace/faults`, { method, ...(body && { body }) })
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), answer: JSON.parse(text) }
}

describe('over HTTP', () => {
  test('faults are set, shown with what has struck, and cleared', async () => {
    const plan = { seed: 4, faults: [{ kind: 'throttle', operations: ['ListStreams'], count: 1 }] }
    expect(await faults('PUT', JSON.stringify(plan))).toEqual({
      status: 200,
      type: 'application/json',
      answer: { ...plan, injected: expect.objectContaining({ throttle: 0 }) },
    })
    await fail(server.endpoint, 'ListStreams', {})
    await succeed(server.endpoint, 'ListStreams', {})
    expect((await faults('GET')).answer).toMatchObject({ ...plan, injected: { throttle: 1, cut: 0 } })
    expect((await faults('DELETE')).answer).toMatchObject({ faults: [], injected: { throttle: 1 } })
    expect(server.kinesis.faults.injected.throttle).toBe(1)
  })

  test('a list of faults does too', async () => {
    expect((await faults('PUT', '[{"kind":"cut"}]')).answer).toMatchObject({ faults: [{ kind: 'cut' }] })
    expect(server.kinesis.faults.plan).toEqual({ faults: [{ kind: 'cut' }] })
  })

  test.each([
    ['PUT', '[{"kind":"slow"}]', 400, 'faults[0] of kind slow needs delay'],
    ['PUT', '[{"kind":', 400, 'The body is not JSON'],
    ['PUT', `[${' '.repeat(64 * 1024)}]`, 413, 'A plan has at most 65536 bytes.'],
    ['POST', '[]', 405, 'Use GET, PUT or DELETE.'],
  ])('%s of %.20j is refused, and nothing changes', async (method, body, status, message) => {
    server.set({ kind: 'throttle', operations: ['PutRecord'] })
    const refused = await faults(method, body)
    expect(refused).toMatchObject({ status, answer: { message: expect.stringContaining(message) } })
    expect(server.kinesis.faults.plan.faults).toHaveLength(1)
  })

  test('faults do not strike what sets them', async () => {
    server.set({ kind: 'throttle' }, { kind: 'lost-answer' })
    expect((await faults('GET')).status).toBe(200)
  })
})
