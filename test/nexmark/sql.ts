/**
 * The answer to each query as a statement of DuckDB, over the tables `person`, `auction` and `bid`. Times are in
 * milliseconds since 1970; `eid` is the number of an event, which tells apart events of one time.
 */

/** What several statements begin with. */
export const views: readonly string[] = [
  `CREATE VIEW daily AS SELECT *,
     strftime(make_timestamp(dateTime * 1000), '%Y-%m-%d') AS dt,
     strftime(make_timestamp(dateTime * 1000), '%H:%M') AS hm
   FROM bid`,
  `CREATE VIEW offer AS SELECT a.*, b.auction, b.bidder, b.price, b.eid AS bid_eid,
     b.dateTime AS bid_dateTime, b.extra AS bid_extra
   FROM auction a JOIN bid b ON b.auction = a.id AND b.dateTime >= a.dateTime AND b.dateTime <= a.expires`,
  `CREATE VIEW winner AS FROM offer
   QUALIFY row_number() OVER (PARTITION BY id ORDER BY price DESC, bid_dateTime, bid_eid) = 1`,
  `CREATE VIEW per_window AS SELECT auction, count(*) AS num, starttime, starttime + 10000 AS endtime
   FROM bid, unnest([0, 2000, 4000, 6000, 8000]) AS earlier(by_ms),
     LATERAL (SELECT dateTime // 2000 * 2000 - by_ms AS starttime)
   GROUP BY auction, starttime`,
]

/** 0.908 of a price with three decimals. */
const converted = `(price * 908 // 1000) || '.' || lpad((price * 908 % 1000)::VARCHAR, 3, '0') AS price`

const [cheap, middling, dear] = ['price < 10000', 'price >= 10000 AND price < 1000000', 'price >= 1000000']

/** A count of all bids and of those in each band of prices. */
const banded = (count: string, name: string) => `${count} AS total_${name},
  ${count} FILTER (WHERE ${cheap}) AS rank1_${name},
  ${count} FILTER (WHERE ${middling}) AS rank2_${name},
  ${count} FILTER (WHERE ${dear}) AS rank3_${name}`

const audience = [
  banded('count(*)', 'bids'),
  banded('count(DISTINCT bidder)', 'bidders'),
  banded('count(DISTINCT auction)', 'auctions'),
].join(', ')

/** Sessions: a bid begins one if the pause before it is not as `joins` says. */
const sessions = (joins: string) => `
  SELECT bidder, count(*) AS bid_count, min(dateTime) AS starttime, max(dateTime) + 10000 AS endtime
  FROM (SELECT *, count(*) FILTER (WHERE begins) OVER in_order AS session
    FROM (SELECT *, coalesce(NOT (dateTime - lag(dateTime) OVER in_order ${joins}), true) AS begins
      FROM bid WINDOW in_order AS (PARTITION BY bidder ORDER BY dateTime, eid))
    WINDOW in_order AS (PARTITION BY bidder ORDER BY dateTime, eid ROWS UNBOUNDED PRECEDING))
  GROUP BY bidder, session`

const hottest = (columns: string) => `
  SELECT ${columns} FROM per_window QUALIFY num = max(num) OVER (PARTITION BY starttime)`

export const statements: Readonly<Record<string, string>> = {
  q0: 'SELECT auction, bidder, price, dateTime, extra FROM bid',
  q1: `SELECT auction, bidder, ${converted}, dateTime, extra FROM bid`,
  q2: 'SELECT auction, price FROM bid WHERE auction % 123 = 0',
  q3: `SELECT name, city, state, auction.id FROM person JOIN auction ON seller = person.id
    WHERE category = 10 AND state IN ('CA', 'ID', 'OR')`,
  q4: `SELECT category AS id, sum(final) // count(*) AS final
    FROM (SELECT id, category, max(price) AS final FROM offer GROUP BY id, category) GROUP BY category`,
  q5: hottest('auction, num'),
  q5w: hottest('auction, num, starttime, endtime'),
  q5all: 'SELECT auction, num, starttime, endtime FROM per_window',
  q6: `SELECT seller, sum(price) OVER last_eleven // count(*) OVER last_eleven AS avg_price FROM winner
    WINDOW last_eleven AS (PARTITION BY seller ORDER BY bid_dateTime, bid_eid ROWS 10 PRECEDING)`,
  q6last: `SELECT seller, sum(price) // count(*) AS avg_price
    FROM (FROM winner QUALIFY row_number() OVER (PARTITION BY seller ORDER BY expires DESC, id DESC) <= 10)
    GROUP BY seller`,
  q7: `SELECT bid.auction, bid.bidder, bid.price, bid.dateTime, bid.extra
    FROM (SELECT dateTime // 10000 * 10000 AS starttime, max(price) AS price FROM bid GROUP BY starttime) highest
    JOIN bid ON bid.price = highest.price AND bid.dateTime BETWEEN starttime AND starttime + 10000`,
  q7w: `SELECT auction, bidder, price, dateTime, extra,
      dateTime // 10000 * 10000 AS starttime, dateTime // 10000 * 10000 + 10000 AS endtime
    FROM bid QUALIFY price = max(price) OVER (PARTITION BY dateTime // 10000)`,
  q8: `SELECT id, name, dateTime // 10000 * 10000 AS stime FROM person
    WHERE EXISTS (FROM auction WHERE seller = person.id AND auction.dateTime // 10000 = person.dateTime // 10000)`,
  q9: `SELECT id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra,
    auction, bidder, price, bid_dateTime, bid_extra FROM winner`,
  q10: 'SELECT auction, bidder, price, dateTime, extra, dt, hm FROM daily',
  q11: sessions('<= 10000'),
  q11x: sessions('< 10000'),
  q12e: `SELECT bidder, count(*) AS bid_count, dateTime // 10000 * 10000 AS starttime, starttime + 10000 AS endtime
    FROM bid GROUP BY bidder, starttime`,
  q13: 'SELECT auction, bidder, price, dateTime, (auction % 10000)::VARCHAR AS value FROM bid',
  q14: `SELECT auction, bidder, ${converted},
      CASE WHEN h BETWEEN 8 AND 18 THEN 'dayTime' WHEN h <= 6 OR h >= 20 THEN 'nightTime' ELSE 'otherTime' END
        AS bidTimeType,
      dateTime, extra, len(regexp_extract_all(extra, 'c')) AS c_counts
    FROM (SELECT *, dateTime // 3600000 % 24 AS h, price * 908 AS thousandths FROM bid)
    WHERE thousandths > 1000000000 AND thousandths < 50000000000`,
  q15: `SELECT dt AS day, ${audience} FROM daily GROUP BY dt`,
  q16: `SELECT channel, dt AS day, max(hm) AS minute, ${audience} FROM daily GROUP BY channel, dt`,
  q17: `SELECT auction, dt AS day, ${banded('count(*)', 'bids')}, min(price) AS min_price,
      max(price) AS max_price, sum(price) // count(*) AS avg_price, sum(price) AS sum_price
    FROM daily GROUP BY auction, dt`,
  q18: `SELECT auction, bidder, price, channel, url, dateTime, extra FROM bid
    QUALIFY row_number() OVER (PARTITION BY auction, bidder ORDER BY dateTime DESC, eid DESC) = 1`,
  q19: `SELECT auction, bidder, price, channel, url, dateTime, extra,
      row_number() OVER (PARTITION BY auction ORDER BY price DESC, dateTime, eid) AS rank_number
    FROM bid QUALIFY rank_number <= 10`,
  q20: `SELECT auction, bidder, price, channel, url, bid.dateTime AS bid_dateTime, bid.extra AS bid_extra, itemName,
      description, initialBid, reserve, auction.dateTime AS auction_dateTime, expires, seller, category,
      auction.extra AS auction_extra
    FROM auction JOIN bid ON auction.id = bid.auction WHERE category = 10`,
  q21: `SELECT auction, bidder, price, channel,
      coalesce(fixed.id, regexp_extract(url, '[&]channel_id=([^&]*)', 1)) AS channel_id
    FROM bid LEFT JOIN (VALUES ('apple', '0'), ('google', '1'), ('facebook', '2'), ('baidu', '3')) fixed(name, id)
      ON fixed.name = lower(channel)
    WHERE fixed.id IS NOT NULL OR contains(url, '&channel_id=')`,
  q22: `SELECT auction, bidder, price, channel, parts[4] AS dir1, parts[5] AS dir2, parts[6] AS dir3
    FROM (SELECT *, string_split(url, '/') AS parts FROM bid)`,
  q23: `SELECT bidder, price, channel, url, bid.extra AS bid_extra, person.id AS person_id, name, emailAddress,
      creditCard, city, state, person.extra AS person_extra, itemName, description, initialBid, reserve,
      auction.dateTime AS auction_dateTime, expires, seller, category, auction.extra AS auction_extra
    FROM person JOIN auction ON seller = person.id JOIN bid ON bidder = person.id`,
  // A run of bids each lower than the one before is a match if it has two at least and a higher one comes after it.
  c0: `SELECT auction, bidder, min(dateTime) AS start_tstamp, max(dateTime) AS bottom_tstamp,
      max_by(next_time, nth) AS end_tstamp
    FROM (SELECT *, count(*) FILTER (WHERE falls IS NOT true) OVER in_order AS run
      FROM (SELECT *, row_number() OVER in_order AS nth, price < lag(price) OVER in_order AS falls,
          lead(price) OVER in_order AS next_price, lead(dateTime) OVER in_order AS next_time
        FROM bid WINDOW in_order AS (PARTITION BY auction, bidder ORDER BY dateTime, eid))
      WINDOW in_order AS (PARTITION BY auction, bidder ORDER BY nth ROWS UNBOUNDED PRECEDING))
    GROUP BY auction, bidder, run
    HAVING count(*) >= 2 AND max_by(next_price, nth) > min(price)`,
}
