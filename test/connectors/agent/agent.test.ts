import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MillraceError } from '../../../src/errors.ts'
import { numbered } from './numbered.ts'
import { Running, Tailing } from './tailing.ts'

let tailing: Tailing
let running: Running | undefined

beforeEach(() => {
  tailing = new Tailing()
})

afterEach(async () => {
  await running?.stop().catch(() => {})
  running = undefined
  tailing.remove()
})

const offsets = () => JSON.parse(readFileSync(tailing.path('state/offsets.json'), 'utf8')).content.files
const throttled = new MillraceError('SOURCE_UNREACHABLE', 'no answer')

describe('an agent', () => {
  it('sends what is there and what is appended, line by line', async () => {
    tailing.write('logs/a.log', 'one\ntwo\nthr')
    running = await tailing.start()
    expect(tailing.news()).toEqual(['one', 'two'])
    tailing.append('logs/a.log', 'ee\nfour\n')
    await running.pass()
    expect(tailing.news()).toEqual(['three', 'four'])
  })

  it('finds files that come later, and is told once that there is none yet', async () => {
    running = await tailing.start()
    await running.pass(5000)
    tailing.write('logs/deep/a.log', 'not this\n')
    tailing.write('logs/a.log', 'one\n')
    await running.pass()
    expect(tailing.news()).toEqual(['one'])
    expect(tailing.logged.filter((line) => line.includes('no file matches'))).toHaveLength(1)
  })

  it('goes on where it was', async () => {
    tailing.write('logs/a.log', 'one\n')
    await tailing.catchUp()
    tailing.append('logs/a.log', 'two\n')
    await tailing.catchUp()
    expect(tailing.news()).toEqual(['one', 'two'])
  })

  it('reads all files in turn', async () => {
    for (const name of ['a', 'b', 'c']) tailing.write(`logs/${name}.log`, numbered(name, 1, 1500))
    await tailing.catchUp()
    for (const name of ['a', 'b', 'c']) {
      const own = tailing.texts.filter((text) => text.startsWith(name))
      expect(own.join('\n')).toBe(numbered(name, 1, 1500).trimEnd())
    }
  })

  it('counts what it sends', async () => {
    tailing.write('logs/a.log', `one\n\n${'x'.repeat(40)}\n`)
    expect(await tailing.catchUp({ maxRecord: '16B' })).toMatchObject({
      files: 1,
      records: 4,
      bytes: 43,
      unreadBytes: 0,
      piecesOfLong: 2,
      emptyLines: 1,
    })
  })

  it('waits with a round that is not full for as long as it may', async () => {
    running = await tailing.start({ batchAge: '2s' })
    tailing.write('logs/a.log', 'one\n')
    await running.pass(1000)
    tailing.append('logs/a.log', 'two\n')
    await running.pass(1000)
    expect(tailing.texts).toEqual([])
    await running.pass(1000)
    expect(tailing.texts).toEqual(['one', 'two'])
  })
})

describe('an offset', () => {
  it('moves only when the records before it have arrived', async () => {
    tailing.write('logs/a.log', 'one\n')
    await tailing.catchUp()
    tailing.append('logs/a.log', 'two\n')
    tailing.before = async () => {
      expect(offsets()[0].cursor.offset).toBe(4)
    }
    await tailing.catchUp()
    expect(offsets()[0].cursor.offset).toBe(8)
    expect(tailing.texts).toEqual(['one', 'two'])
  })

  it('stays where sending fails for good, and all is sent by the next run', async () => {
    tailing.write('logs/a.log', 'one\n')
    tailing.before = async () => {
      throw new MillraceError('STREAM_NOT_FOUND', 'no such stream')
    }
    await expect(tailing.catchUp()).rejects.toThrow('STREAM_NOT_FOUND')
    tailing.before = async () => {}
    await tailing.catchUp()
    expect(tailing.texts).toEqual(['one'])
  })

  it('moves over lines that make no records', async () => {
    tailing.write('logs/a.log', '\n\n\n')
    await tailing.catchUp()
    expect(offsets()[0].cursor.offset).toBe(3)
  })
})

describe('a destination that fails for a while', () => {
  it('is tried again, and nothing is read meanwhile', async () => {
    tailing.write('logs/a.log', numbered('a', 1, 5000))
    let failures = 0
    tailing.before = async (records) => {
      expect(records.length).toBeLessThanOrEqual(2000)
      if (++failures <= 3) throw throttled
    }
    running = await tailing.start()
    await running.pass(20_000)
    expect(tailing.texts).toHaveLength(5000)
    expect(tailing.logged.filter((line) => line.startsWith('cannot send'))).toHaveLength(3)
  })

  it('ends an agent that is to end by itself', async () => {
    tailing.write('logs/a.log', 'one\n')
    tailing.before = async () => {
      throw throttled
    }
    await expect(tailing.catchUp()).rejects.toThrow('SOURCE_UNREACHABLE')
  })

  it('is not waited for longer than 20 s at a stop, and nothing is lost', async () => {
    tailing.write('logs/a.log', 'one\n')
    const called = new Promise<void>((resolve) => {
      tailing.before = (_records, signal) => {
        resolve()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(throttled)))
      }
    })
    running = new Running(tailing, {})
    await called
    const stopped = running.stop()
    await Promise.race([tailing.clock.pass(20_000), stopped])
    await stopped
    expect(tailing.logged.join()).toContain('the next run sends it')
    tailing.before = async () => {}
    await tailing.catchUp()
    expect(tailing.texts).toEqual(['one'])
  })
})

describe('a stop', () => {
  it('sends what is read', async () => {
    tailing.write('logs/a.log', 'one\n')
    running = await tailing.start({ batchAge: '1h' })
    expect(tailing.texts).toEqual([])
    await running.stop()
    expect(tailing.texts).toEqual(['one'])
    expect(offsets()[0].cursor.offset).toBe(4)
  })
})

describe('from the end', () => {
  it('leaves out the lines that are there at the very first start, and no others', async () => {
    tailing.write('logs/a.log', 'old\nnot yet ended')
    running = await tailing.start({ from: 'end' })
    tailing.append('logs/a.log', ' now it is\n')
    tailing.write('logs/b.log', 'new file\n')
    await running.pass()
    expect(tailing.news().toSorted()).toEqual(['new file', 'not yet ended now it is'])
    await running.stop()
    tailing.append('logs/a.log', 'while nobody looked\n')
    tailing.write('logs/c.log', 'another\n')
    await tailing.catchUp({ from: 'end' })
    expect(tailing.news().toSorted()).toEqual(['another', 'while nobody looked'])
  })
})

describe('until caught up', () => {
  it('a last line without an end is sent once its file has been quiet', async () => {
    tailing.write('logs/a.log', 'one\ntwo')
    await tailing.catchUp()
    expect(tailing.texts).toEqual(['one', 'two'])
  })

  it('no file at all is wrong use', async () => {
    await expect(tailing.catchUp()).rejects.toThrow('OPTION_INVALID: no file matches')
  })

  it('nothing new is no error', async () => {
    tailing.write('logs/a.log', 'one\n')
    await tailing.catchUp()
    expect(await tailing.catchUp()).toMatchObject({ records: 0 })
  })

  it('what is written meanwhile is not waited for', async () => {
    tailing.write('logs/a.log', numbered('a', 1, 3000))
    tailing.before = async () => tailing.append('logs/a.log', numbered('more', 1, 1000))
    await tailing.catchUp()
    expect(tailing.texts.length).toBeGreaterThanOrEqual(3000)
  })
})

describe('what cannot be read', () => {
  const asNobody = async (act: () => Promise<void>) => {
    const isRoot = process.geteuid?.() === 0
    chmodSync(tailing.root, 0o777)
    if (isRoot) process.seteuid?.(65_534)
    try {
      await act()
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  }

  it('is named, the others are sent, and the end is an error', () =>
    asNobody(async () => {
      tailing.write('logs/a.log', 'a\n')
      tailing.write('logs/b.log', 'b\n')
      chmodSync(tailing.path('logs/a.log'), 0)
      await expect(tailing.catchUp()).rejects.toThrow(/FILE_UNREADABLE: cannot be read: EACCES.*a\.log/)
      expect(tailing.texts).toEqual(['b'])
      expect(tailing.progress).toMatchObject({ refused: 1 })
    }))

  it('is tried again, and told once', () =>
    asNobody(async () => {
      tailing.write('logs/a.log', 'a\n')
      chmodSync(tailing.path('logs/a.log'), 0)
      running = await tailing.start()
      await running.pass(3000)
      expect(tailing.logged.filter((line) => line.includes('EACCES'))).toHaveLength(1)
      chmodSync(tailing.path('logs/a.log'), 0o600)
      await running.pass()
      expect(tailing.texts).toEqual(['a'])
      await running.stop()
    }))

  it('may be a folder, and what was known in it stays known', () =>
    asNobody(async () => {
      tailing.write('logs/a.log', 'a\n')
      running = await tailing.start()
      chmodSync(tailing.path('logs'), 0)
      await running.pass(60_000)
      expect(tailing.progress).toMatchObject({ lostBytes: 0 })
      chmodSync(tailing.path('logs'), 0o700)
      tailing.append('logs/a.log', 'b\n')
      await running.pass()
      expect(tailing.texts).toEqual(['a', 'b'])
      await running.stop()
    }))
})

describe('JSON', () => {
  const json = { format: 'json' } as const

  it('is sent as it stands', async () => {
    tailing.write('logs/a.log', '{"a": 1 }\n  \n[2]\n')
    await tailing.catchUp(json)
    expect(tailing.texts).toEqual(['{"a": 1 }', '[2]'])
  })

  it('that is none ends the agent with its place, and what stands before it is sent', async () => {
    tailing.write('logs/a.log', '{"a":1}\n{"a":\n{"a":3}\n')
    await expect(tailing.catchUp(json)).rejects.toThrow(
      /INPUT_INVALID: the record at byte 8 cannot be sent: it is not JSON/,
    )
    expect(tailing.texts).toEqual(['{"a":1}'])
    await expect(tailing.catchUp(json)).rejects.toThrow('byte 8')
    expect(tailing.texts).toEqual(['{"a":1}'])
  })

  it('that is none goes to a file where one is named', async () => {
    const badRecords = tailing.path('bad/records')
    mkdirSync(tailing.path('bad'))
    writeFileSync(badRecords, '{"torn by a ki')
    tailing.write('logs/a.log', Buffer.concat([Buffer.from('nope\n1\n'), Buffer.from([34, 255, 34, 10])]))
    expect(await tailing.catchUp({ ...json, badRecords })).toMatchObject({ records: 1, bad: 2 })
    const [torn, ...lines] = readFileSync(badRecords, 'utf8').trimEnd().split('\n')
    expect(torn).toBe('{"torn by a ki')
    const file = tailing.path('logs/a.log')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { file, offset: 0, reason: 'it is not JSON', data: 'nope' },
      { file, offset: 7, reason: 'it is not JSON: it is not UTF-8', base64: 'Iv8i' },
    ])
  })

  it('gives keys, and is bad without one', async () => {
    const partitionKey = { field: ['user', 'id'] }
    tailing.write('logs/a.log', '{"user":{"id":7}}\n{"user":{}}\n')
    await tailing.catchUp({ ...json, partitionKey, badRecords: tailing.path('bad') })
    expect(tailing.sent.map((record) => record.partitionKey)).toEqual(['7'])
    expect(readFileSync(tailing.path('bad'), 'utf8')).toContain('no text or number in its field user.id')
  })
})

describe('the partition key', () => {
  const keys = async (partitionKey: 'content' | 'file' | 'random') => {
    tailing.write('logs/a.log', 'one\n')
    await tailing.catchUp({ partitionKey })
    return tailing.sent.map((record) => record.partitionKey)
  }

  it('may be random', async () => expect(await keys('random')).toEqual([(0.5).toString(36).slice(2)]))

  it('may be the MD5 of the record', async () =>
    expect(await keys('content')).toEqual(['f97c5d29941bfb1b2fdab0874906ab82']))

  it('may be the path of the file', async () =>
    expect(await keys('file')).toEqual([tailing.path('logs/a.log')]))
})

describe('records of several lines', () => {
  it('are sent when the next one begins, or no more lines come', async () => {
    tailing.write('logs/a.log', '1 a\n b\n1 c\n')
    running = await tailing.start({ multiline: /\d/ })
    expect(tailing.news()).toEqual(['1 a\n b'])
    tailing.append('logs/a.log', ' d\n')
    await running.pass(4000)
    expect(tailing.news()).toEqual([])
    await running.pass(2000)
    expect(tailing.news()).toEqual(['1 c\n d'])
  })
})

describe('a line without an end', () => {
  it('is sent after the time that is given, and what follows is a record of its own', async () => {
    tailing.write('logs/a.log', 'one')
    running = await tailing.start({ flushPartialAfter: '3s' })
    await running.pass(2000)
    expect(tailing.news()).toEqual([])
    await running.pass(2000)
    tailing.append('logs/a.log', ' rest\n')
    await running.pass()
    expect(tailing.news()).toEqual(['one', ' rest'])
  })
})

describe('header lines', () => {
  it('are left out of every file, and after a truncation', async () => {
    tailing.write('logs/a.log', 'name,value\na,1\n')
    running = await tailing.start({ skipHeader: 1 })
    tailing.write('logs/a.log', 'name,value\nb,2\n')
    await running.pass()
    expect(tailing.news()).toEqual(['a,1', 'b,2'])
  })
})

describe('options', () => {
  it.each([
    [{ files: [] }, 'no files are named'],
    [{ files: ['logs/'] }, 'names no file'],
    [{ files: ['logs/a.gz'] }, 'compressed'],
    [{ files: ['[z-a]'] }, 'is not a pattern'],
    [{ partitionKey: { field: ['a'] } }, 'only records of JSON'],
    [{ maxRecord: '11MiB' }, 'the largest record has'],
    [{ poll: '-1s' }, 'is not a duration'],
    [{ skipHeader: 0.5 }, 'no number of lines'],
  ] as const)('%j are refused', async (options, complaint) => {
    await expect(tailing.catchUp(options)).rejects.toThrow(complaint)
    await expect(tailing.catchUp(options)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})
