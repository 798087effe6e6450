import { describe, expect, it } from 'vitest'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { VirtualTime } from '../../src/testing/virtual-time.ts'

/** What is done at which time. */
function diary(time: VirtualTime) {
  const entries: string[] = []
  return { entries, note: (what: string) => () => void entries.push(`${time.now} ${what}`) }
}

describe('virtual time', () => {
  it('does things in the order of their times, however they were planned', async () => {
    const time = new VirtualTime(0)
    const chance = new Chance(1)
    const done: number[] = []
    const planned = Array.from({ length: 200 }, () => chance.between(0, 50))
    for (const ms of planned) time.after(ms, () => done.push(ms))
    while (await time.step());
    expect(done).toEqual(planned.toSorted((a, b) => a - b))
    expect(time.now).toBe(Math.max(...planned))
  })

  it('does the oldest first of what is due at the same time, unless it is told another order', async () => {
    const orderOf = async (order?: (count: number) => number) => {
      const time = new VirtualTime(0, order)
      const { entries, note } = diary(time)
      for (const what of ['a', 'b', 'c']) time.after(5, note(what))
      while (await time.step());
      return entries
    }
    expect(await orderOf()).toEqual(['5 a', '5 b', '5 c'])
    expect(await orderOf((count) => -count)).toEqual(['5 c', '5 b', '5 a'])
  })

  it('waits for what a deed leads to before it goes on', async () => {
    const time = new VirtualTime(0)
    const { entries, note } = diary(time)
    const work = async () => {
      for (const what of ['first', 'second', 'third']) {
        await time.sleep(10)
        note(what)()
      }
    }
    const working = work()
    time.after(25, note('between'))
    while (await time.step());
    await working
    expect(entries).toEqual(['10 first', '20 second', '25 between', '30 third'])
  })

  it('does not do what was taken back, and ends a sleep that is aborted', async () => {
    const time = new VirtualTime(0)
    const { entries, note } = diary(time)
    time.after(5, note('never'))()
    const waking = new AbortController()
    const slept = time.sleep(1_000, waking.signal).then(note('woken'))
    time.after(7, () => waking.abort())
    while (await time.step());
    await slept
    await time.sleep(1_000, waking.signal)
    expect(entries).toEqual(['7 woken'])
  })

  it('goes no further than it is told', async () => {
    const time = new VirtualTime(100)
    time.after(50, () => {})
    expect(await time.step(120)).toBe(false)
    expect(time.now).toBe(120)
    expect(await time.step(150)).toBe(true)
    expect(time.now).toBe(150)
  })

  it('jumps, and then does what has become due by then, in order', async () => {
    const time = new VirtualTime(0)
    const { entries, note } = diary(time)
    const repeated = async () => {
      for (;;) {
        await time.sleep(10)
        note('again')()
      }
    }
    void repeated()
    time.after(30, note('later'))
    time.after(20, note('sooner'))
    time.after(101, note('not yet'))
    await time.jump(100)
    expect(entries).toEqual(['100 sooner', '100 later', '100 again'])
  })
})
