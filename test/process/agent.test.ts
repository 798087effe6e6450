import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStream } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAll, textOf } from '../connectors/kinesis-local/raw-call.ts'
import { endProcesses, MillraceProcess, millrace } from '../millrace-process.ts'

let kinesis: LocalKinesis
let root: string
let stream = ''
let streams = 0

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-agent-process-'))
  kinesis = await startLocalKinesis()
})

afterAll(async () => {
  endProcesses()
  await kinesis.close()
  rmSync(root, { recursive: true, force: true })
})

beforeEach(async () => {
  streams += 1
  stream = `logs-${streams}`
  await createStream({ stream, shards: 1, endpoint: kinesis.endpoint })
  mkdirSync(join(root, stream))
})

const log = () => join(root, stream, 'a.log')
const args = (...more: string[]) => [
  ...['agent', '--file', log(), '--stream', stream, '--state', join(root, stream, 'state')],
  ...['--endpoint', kinesis.endpoint, '--poll', '20ms', '--batch-age', '1ms', ...more],
]
const sent = async () => (await readAll(kinesis.endpoint, stream, 0)).map(textOf)

describe('millrace agent', () => {
  it('sends what is read at a SIGTERM, and ends with 0', async () => {
    writeFileSync(log(), 'one\n')
    const agent = new MillraceProcess(args('--json'))
    await agent.until('out', /"records":1,/)
    appendFileSync(log(), 'two\n')
    await agent.until('out', /"records":2,/)
    agent.kill('SIGTERM')
    expect([await agent.ended, agent.err]).toEqual([0, ''])
    expect(await sent()).toEqual(['one', 'two'])
    expect(existsSync(join(root, stream, 'state', 'lock'))).toBe(false)
  })

  it('takes patterns that the shell has expanded, and says what it did', async () => {
    writeFileSync(log(), 'one\n')
    writeFileSync(join(root, stream, 'b.log'), 'two\n')
    const [agent, file, first, ...rest] = args('--until', 'caught-up')
    const both = [agent!, file!, first!, join(root, stream, 'b.log'), ...rest]
    const { code, out, err } = await millrace(both)
    expect([code, out]).toEqual([0, ''])
    expect(err).toMatch(/INFO {2}2 records, 6 bytes sent in \d+m?s \| 2 files \| all read\n$/)
    expect((await sent()).toSorted()).toEqual(['one', 'two'])
  })

  it('keeps a second agent out, also while it is killed and started again', async () => {
    const agent = new MillraceProcess(args())
    await agent.until('err', /no file matches/)
    const second = await millrace(args('--until', 'caught-up'))
    expect(second.code).toBe(1)
    expect(second.err).toMatch(/STATE_IN_USE: process \d+ is an agent with the same state folder/)
    agent.kill('SIGKILL')
    await agent.ended
    writeFileSync(log(), 'one\n')
    expect(await millrace(args('--until', 'caught-up'))).toMatchObject({ code: 0 })
  })

  it('names a stream that is not there', async () => {
    writeFileSync(log(), 'one\n')
    const { code, err } = await millrace(args('--until', 'caught-up', '--stream', 'nope'))
    expect(code).toBe(1)
    expect(err).toContain('STREAM_NOT_FOUND')
  })

  it('makes the stream where it is asked to', async () => {
    writeFileSync(log(), 'one\n')
    const { code } = await millrace(args('--until', 'caught-up', '--stream', 'made', '--create', '1'))
    expect(code).toBe(0)
    expect((await readAll(kinesis.endpoint, 'made', 0)).map(textOf)).toEqual(['one'])
  })

  it('is wrong use where nothing matches', async () => {
    const { code, err } = await millrace(args('--until', 'caught-up'))
    expect(code).toBe(2)
    expect(err).toContain(`OPTION_INVALID: no file matches ${log()}`)
  })

  it('stops at a record that is no JSON, with its place', async () => {
    writeFileSync(log(), '{"id":1}\nnope\n')
    const { code, err } = await millrace(args('--format', 'json', '--partition-key-field', 'id'))
    expect(code).toBe(2)
    expect(err).toMatch(
      /INPUT_INVALID: the record at byte 9 cannot be sent: it is not JSON\n {2}where: file .*a\.log/,
    )
    expect(await sent()).toEqual(['{"id":1}'])
  })
})
