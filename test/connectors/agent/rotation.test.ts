import { copyFileSync, linkSync, renameSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { numbered } from './numbered.ts'
import { type Running, Tailing } from './tailing.ts'

let tailing: Tailing
let running: Running | undefined

beforeEach(() => {
  tailing = new Tailing()
})

afterEach(async () => {
  await running?.stop()
  running = undefined
  tailing.remove()
})

/** Begins with a file that has been sent, of more bytes than it takes to know it again. */
async function begin(...names: string[]): Promise<Running> {
  for (const name of names) tailing.write(name, numbered(name, 1, 50))
  running = await tailing.start()
  tailing.news()
  return running
}

describe('a file that is renamed', () => {
  it('is read to its end under a name that no pattern finds, and the new one from its beginning', async () => {
    const agent = await begin('logs/a.log')
    tailing.append('logs/a.log', 'last before\n')
    renameSync(tailing.path('logs/a.log'), tailing.path('logs/a.log.1'))
    tailing.append('logs/a.log.1', 'last after\n')
    tailing.write('logs/a.log', 'first\n')
    await agent.pass()
    tailing.append('logs/a.log.1', 'straggler\n')
    await agent.pass()
    expect(tailing.news().toSorted()).toEqual(['first', 'last after', 'last before', 'straggler'])
  })

  it('is not sent again under a name that a pattern finds', async () => {
    const agent = await begin('logs/a.log')
    renameSync(tailing.path('logs/a.log'), tailing.path('logs/a-1.log'))
    tailing.write('logs/a.log', 'first\n')
    await agent.pass()
    expect(tailing.news()).toEqual(['first'])
  })

  it('while no agent ran is read to its end by the next one', async () => {
    const agent = await begin('logs/a.log')
    await agent.stop()
    tailing.append('logs/a.log', 'last\n')
    renameSync(tailing.path('logs/a.log'), tailing.path('logs/a.log.1'))
    tailing.write('logs/a.log', 'first\n')
    await tailing.catchUp()
    expect(tailing.news().toSorted()).toEqual(['first', 'last'])
  })

  it('to another folder is read to its end as long as the agent has it open', async () => {
    const agent = await begin('logs/a.log')
    tailing.write('old/x', '')
    renameSync(tailing.path('logs/a.log'), tailing.path('old/a.log'))
    tailing.append('old/a.log', 'last\n')
    await agent.pass()
    expect(tailing.news()).toEqual(['last'])
  })

  it('again and again is sent once', async () => {
    const agent = await begin('logs/a.log')
    for (let round = 1; round <= 5; round += 1) {
      for (let old = round; old >= 1; old -= 1) {
        renameSync(
          tailing.path(`logs/a.log${old === 1 ? '' : `.${old - 1}`}`),
          tailing.path(`logs/a.log.${old}`),
        )
      }
      tailing.write('logs/a.log', `round ${round}\n`)
      await agent.pass()
    }
    expect(tailing.news()).toEqual([1, 2, 3, 4, 5].map((round) => `round ${round}`))
  })

  it('and compressed is not sent again', async () => {
    const agent = await begin('logs/a.log')
    tailing.write('logs/a.log.gz', gzipSync('x'))
    tailing.write('logs/b.log', 'b\n')
    rmSync(tailing.path('logs/a.log'))
    await agent.pass()
    expect(tailing.news()).toEqual(['b'])
  })
})

describe('a file that is copied and truncated', () => {
  it('is read from its beginning', async () => {
    const agent = await begin('logs/a.log')
    truncateSync(tailing.path('logs/a.log'))
    await agent.pass()
    tailing.append('logs/a.log', 'first\n')
    await agent.pass()
    expect(tailing.news()).toEqual(['first'])
    expect(tailing.progress).toMatchObject({ rewritten: 1, lostBytes: 0 })
  })

  it('has what it got before that read from its copy, whatever that is called', async () => {
    const agent = await begin('logs/a.log')
    tailing.append('logs/a.log', 'between\n')
    copyFileSync(tailing.path('logs/a.log'), tailing.path('logs/a.log.1'))
    truncateSync(tailing.path('logs/a.log'))
    tailing.append('logs/a.log', 'first\n')
    await agent.pass()
    expect(tailing.news().toSorted()).toEqual(['between', 'first'])
  })

  it('is not sent again where a pattern finds the copy', async () => {
    const agent = await begin('logs/a.log')
    copyFileSync(tailing.path('logs/a.log'), tailing.path('logs/a-1.log'))
    await agent.pass()
    tailing.append('logs/a.log', 'between\n')
    await agent.pass()
    truncateSync(tailing.path('logs/a.log'))
    tailing.append('logs/a.log', 'first\n')
    await agent.pass(15_000)
    expect(tailing.news()).toEqual(['between', 'first'])
  })

  it('while no agent ran has the rest read from its copy', async () => {
    const agent = await begin('logs/a.log')
    await agent.stop()
    tailing.append('logs/a.log', 'between\n')
    copyFileSync(tailing.path('logs/a.log'), tailing.path('logs/a-1.log'))
    truncateSync(tailing.path('logs/a.log'))
    tailing.append('logs/a.log', 'first\n')
    await tailing.catchUp()
    expect(tailing.news().toSorted()).toEqual(['between', 'first'])
  })

  it('is known by its content where it has grown beyond what was read', async () => {
    const agent = await begin('logs/a.log')
    tailing.write('logs/a.log', numbered('again', 1, 200))
    await agent.pass()
    expect(tailing.news().join('\n')).toBe(numbered('again', 1, 200).trimEnd())
  })

  it('without a copy is told to have lost what was seen and not read', async () => {
    tailing.write('logs/a.log', numbered('a', 1, 50))
    const agent = await tailing.start()
    tailing.append('logs/a.log', 'not a whole line')
    await agent.pass()
    truncateSync(tailing.path('logs/a.log'))
    await agent.pass()
    await agent.stop()
    expect(tailing.progress).toMatchObject({ lostBytes: 16 })
    expect(tailing.logged.join('\n')).toMatch(/truncated that was not read to its end.*"bytes":16/)
  })
})

describe('a file that begins as another one does', () => {
  it('is sent whole, a little later', async () => {
    const agent = await begin('logs/a.log')
    tailing.write('logs/b.log', numbered('logs/a.log', 1, 50))
    await agent.pass(5000)
    expect(tailing.news()).toEqual([])
    await agent.pass(10_000)
    expect(tailing.news()).toHaveLength(50)
  })

  it('is sent at once where no agent has sent anything', async () => {
    for (const name of ['logs/a.log', 'logs/b.log']) tailing.write(name, numbered('same', 1, 50))
    await tailing.catchUp()
    expect(tailing.news()).toHaveLength(100)
  })

  it('is sent whole if it is deleted meanwhile', async () => {
    const agent = await begin('logs/a.log')
    tailing.write('logs/b.log', numbered('logs/a.log', 1, 50))
    await agent.pass()
    rmSync(tailing.path('logs/b.log'))
    await agent.pass(1000)
    expect(tailing.news()).toHaveLength(50)
  })
})

describe('a file that is deleted', () => {
  it('is read to its end, a last line without an end too', async () => {
    const agent = await begin('logs/a.log')
    tailing.append('logs/a.log', 'one\ntwo')
    rmSync(tailing.path('logs/a.log'))
    await agent.pass()
    expect(tailing.news()).toEqual(['one'])
    await agent.pass(31_000)
    expect(tailing.news()).toEqual(['two'])
  })

  it('while no agent ran, with something unread, is told', async () => {
    tailing.write('logs/a.log', `${numbered('a', 1, 50)}rest`)
    tailing.write('logs/b.log', 'b\n')
    await (await tailing.start()).stop()
    rmSync(tailing.path('logs/a.log'))
    expect(await tailing.catchUp()).toMatchObject({ lostBytes: 4 })
  })

  it('and comes back goes on where it was', async () => {
    const agent = await begin('logs/a.log', 'logs/b.log')
    await agent.stop()
    renameSync(tailing.path('logs'), tailing.path('unmounted'))
    tailing.write('logs/c.log', 'c\n')
    await tailing.catchUp()
    rmSync(tailing.path('logs'), { recursive: true })
    renameSync(tailing.path('unmounted'), tailing.path('logs'))
    tailing.append('logs/a.log', 'news\n')
    await tailing.catchUp()
    expect(tailing.news()).toEqual(['c', 'news'])
  })
})

describe('a file with two names', () => {
  it('is sent once, by hard link and by symbolic link', async () => {
    tailing.write('elsewhere/a', 'a\n')
    tailing.write('logs/x.log', 'x\n')
    linkSync(tailing.path('logs/x.log'), tailing.path('logs/y.log'))
    for (const name of ['s', 't']) symlinkSync(tailing.path('elsewhere/a'), tailing.path(`logs/${name}.log`))
    await tailing.catchUp()
    expect(tailing.news().toSorted()).toEqual(['a', 'x'])
  })

  it('is another one when its link leads elsewhere', async () => {
    tailing.write('elsewhere/a', numbered('a', 1, 50))
    tailing.write('elsewhere/b', 'b\n')
    tailing.write('logs/x', '')
    symlinkSync(tailing.path('elsewhere/a'), tailing.path('logs/current.log'))
    running = await tailing.start()
    tailing.news()
    tailing.append('elsewhere/a', 'last\n')
    rmSync(tailing.path('logs/current.log'))
    symlinkSync(tailing.path('elsewhere/b'), tailing.path('logs/current.log'))
    await running.pass()
    expect(tailing.news().toSorted()).toEqual(['b', 'last'])
  })
})
