import type { AnyOfThree, Auction, Bid, Person } from '../../../examples/nexmark/events.ts'
import type { Preset } from './preset.ts'
import { Chance, letter } from './random.ts'

const firstNames = [
  'Peter',
  'Paul',
  'Luke',
  'John',
  'Saul',
  'Vicky',
  'Kate',
  'Julie',
  'Sarah',
  'Deiter',
  'Walter',
]
const lastNames = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones', 'Noris']
const cities = [
  ...['Phoenix', 'Los Angeles', 'San Francisco', 'Boise', 'Portland', 'Bend', 'Redmond', 'Seattle', 'Kent'],
  'Cheyenne',
]
const states = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']
const hotChannels = ['Google', 'Facebook', 'Baidu', 'Apple']
const seed = 1
const domains = { events: 1, coldUrl: 2, hotUrl: 3, pool: 4 }
const poolSize = 2 ** 20

/** Makes events: each is a function of its number alone. */
export class NexmarkGenerator {
  readonly #preset: Preset
  readonly #chance = new Chance(0, 0, seed, domains.events)

  constructor(preset: Preset) {
    this.#preset = preset
  }

  event(number: number): AnyOfThree {
    this.#chance.reseed(number >>> 0, Math.floor(number / 2 ** 32), seed, domains.events)
    const epoch = Math.floor(number / 50)
    const kind = number % 50
    if (kind === 0) return { event_type: 0, person: this.#person(number, epoch) }
    if (kind < 4) return { event_type: 1, auction: this.#auction(number, epoch, 3 * epoch + kind - 1) }
    return { event_type: 2, bid: this.#bid(number, epoch, 3 * epoch + 2) }
  }

  timeOf(number: number): number {
    const { baseTime, rate } = this.#preset
    return baseTime + Math.floor((number * (1_000_000 / rate)) / 1000)
  }

  #person(number: number, lastPerson: number): Person {
    const chance = this.#chance
    const name = `${firstNames[chance.int(11)]} ${lastNames[chance.int(9)]}`
    const emailAddress = `${chance.text(7, ' ')}@${chance.text(5, ' ')}.com`
    const creditCard = Array.from({ length: 4 }, () => String(chance.int(10_000)).padStart(4, '0')).join(' ')
    const city = cities[chance.int(10)]!
    const state = states[chance.int(6)]!
    const size = 8 + name.length + emailAddress.length + creditCard.length + city.length + state.length
    const dateTime = this.timeOf(number)
    const id = 1000 + lastPerson
    return { id, name, emailAddress, creditCard, city, state, dateTime, extra: this.#extra(size, 200) }
  }

  #auction(number: number, lastPerson: number, lastAuction: number): Auction {
    const chance = this.#chance
    const dateTime = this.timeOf(number)
    const horizon = this.timeOf(number + 1666) - dateTime
    const seller =
      1000 + (chance.int(4) > 0 ? 100 * Math.floor(lastPerson / 100) : this.#nextPerson(lastPerson))
    const category = 10 + chance.int(5)
    const initialBid = this.#price()
    const expires = dateTime + 1 + chance.int(Math.max(2 * horizon, 1))
    const itemName = chance.text(20, ' ')
    const description = chance.text(100, ' ')
    const reserve = initialBid + this.#price()
    const extra = this.#extra(8 + itemName.length + description.length + 40, 500)
    const id = 1000 + lastAuction
    return { id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra }
  }

  #bid(number: number, lastPerson: number, lastAuction: number): Bid {
    const chance = this.#chance
    const auction =
      1000 + (chance.int(2) > 0 ? 100 * Math.floor(lastAuction / 100) : this.#nextAuction(lastAuction))
    const hotBidder = 100 * Math.floor(lastPerson / 100) + 1
    const bidder = 1000 + (chance.int(4) > 0 ? hotBidder : this.#nextPerson(lastPerson))
    const price = this.#price()
    const [channel, url] = this.#channel()
    return {
      auction,
      bidder,
      price,
      channel,
      url,
      dateTime: this.timeOf(number),
      extra: this.#extra(32, 100),
    }
  }

  #channel(): [string, string] {
    const hot = this.#chance.int(2) > 0
    const index = this.#chance.int(hot ? 4 : 10_000)
    return hot ? [hotChannels[index]!, hotUrls[index]!] : [`channel-${index}`, coldUrl(index)]
  }

  #nextPerson(lastPerson: number): number {
    const people = lastPerson + 1
    const active = Math.min(people, 1000)
    return people - active + this.#chance.int(active + 10)
  }

  #nextAuction(lastAuction: number): number {
    const low = Math.max(lastAuction - 100, 0)
    return low + this.#chance.int(lastAuction - low + 1 + 10)
  }

  #price(): number {
    return prices[this.#chance.int(65_536)]!
  }

  #extra(size: number, average: number): string {
    if (size > average) return ''
    const missing = average - size
    const delta = Math.round(0.2 * missing)
    const length = missing - delta + (delta > 0 ? this.#chance.int(2 * delta) : 0)
    const from = this.#chance.int(poolSize - length)
    return lettersOfPool.slice(from, from + length)
  }
}

/** Prices from 1 to a million dollars, each as likely as any other in the logarithm. */
export function priceTable(): readonly number[] {
  return Array.from({ length: 65_536 }, (_, index) => Math.floor(100 * 10 ** ((6 * index) / 65_536) + 0.5))
}

function pool(): string {
  const chance = new Chance(0, 0, seed, domains.pool)
  let letters = ''
  for (let index = 0; index < poolSize; index += 1) letters += letter(chance.int(26))
  return Buffer.from(letters).toString('latin1')
}

// The same for all generators, and dear to make.
const prices = priceTable()
const lettersOfPool = pool()
const hotUrls = hotChannels.map((_, index) => hotUrl(index))
const coldUrls = new Map<number, string>()

function coldUrl(index: number): string {
  let url = coldUrls.get(index)
  if (url === undefined) {
    const chance = new Chance(index, 0, seed, domains.coldUrl)
    url = baseUrl(chance)
    if (chance.int(10) > 0) url += `&channel_id=${Math.abs(reversed(index) | 0)}`
    coldUrls.set(index, url)
  }
  return url
}

function hotUrl(index: number): string {
  return baseUrl(new Chance(index, 0, seed, domains.hotUrl))
}

function baseUrl(chance: Chance): string {
  const directories = Array.from({ length: 3 }, () => chance.text(5, '_'))
  return `https://www.nexmark.com/${directories.join('/')}/item.htm?query=1`
}

/** The 32 bits in the opposite order. */
function reversed(bits: number): number {
  let result = 0
  for (let bit = 0; bit < 32; bit += 1) result |= ((bits >>> bit) & 1) << (31 - bit)
  return result
}
