"""Uses the embedded Kinesis as a program with boto3 would. The argument is its endpoint; prints what it saw, as JSON."""

import datetime
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client(
    "kinesis",
    endpoint_url=sys.argv[1],
    region_name="us-east-1",
    aws_access_key_id="any",
    aws_secret_access_key="any",
    config=Config(retries={"max_attempts": 1}),
)
STREAM = "python"
PARENT = "shardId-000000000000"
seen = {}


def code_of(call, **kwargs):
    try:
        call(**kwargs)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]
    return None


def texts(records):
    return [record["Data"].decode() for record in records]


def read(shard, **position):
    iterator = client.get_shard_iterator(StreamName=STREAM, ShardId=shard, **position)["ShardIterator"]
    return client.get_records(ShardIterator=iterator)


def wait_for(status_of, wanted):
    deadline = time.monotonic() + 20
    while status_of() != wanted:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not {wanted} after 20 s")
        time.sleep(0.02)


def streams():
    client.create_stream(StreamName=STREAM, ShardCount=1)
    client.get_waiter("stream_exists").wait(StreamName=STREAM)
    summary = client.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]
    age = datetime.datetime.now(datetime.timezone.utc) - summary["StreamCreationTimestamp"]
    seen["created"] = [summary["StreamStatus"], summary["OpenShardCount"], abs(age.total_seconds()) < 60]
    seen["listed"] = STREAM in client.list_streams()["StreamNames"]


def records():
    first = client.put_record(StreamName=STREAM, PartitionKey="é", Data=b"\x00\xff first")
    many = client.put_records(
        StreamName=STREAM,
        Records=[{"PartitionKey": str(n), "Data": f"record {n}".encode()} for n in range(500)],
    )
    seen["failed"] = many["FailedRecordCount"]
    page = read(PARENT, ShardIteratorType="TRIM_HORIZON")
    records = page["Records"]
    seen["first"] = [records[0]["Data"].hex(), records[0]["PartitionKey"], records[0]["SequenceNumber"] == first["SequenceNumber"]]
    seen["rest"] = texts(records[1:]) == [f"record {n}" for n in range(500)]
    seen["behind"] = page["MillisBehindLatest"]
    arrived = records[0]["ApproximateArrivalTimestamp"]
    seen["at timestamp"] = len(read(PARENT, ShardIteratorType="AT_TIMESTAMP", Timestamp=arrived)["Records"])
    after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": first["SequenceNumber"]}
    seen["after first"] = len(read(PARENT, **after)["Records"])


def settings():
    client.add_tags_to_stream(StreamName=STREAM, Tags={"team": "lake", "stage": "test"})
    client.remove_tags_from_stream(StreamName=STREAM, TagKeys=["stage"])
    seen["tags"] = client.list_tags_for_stream(StreamName=STREAM)["Tags"]
    client.increase_stream_retention_period(StreamName=STREAM, RetentionPeriodHours=72)
    client.decrease_stream_retention_period(StreamName=STREAM, RetentionPeriodHours=48)
    client.start_stream_encryption(StreamName=STREAM, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    seen["encrypted put"] = client.put_record(StreamName=STREAM, PartitionKey="k", Data=b"x")["EncryptionType"]
    description = client.describe_stream(StreamName=STREAM)["StreamDescription"]
    seen["settings"] = [description[name] for name in ("RetentionPeriodHours", "EncryptionType", "KeyId")]
    client.stop_stream_encryption(StreamName=STREAM, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    kinds = [record.get("EncryptionType") for record in read(PARENT, ShardIteratorType="TRIM_HORIZON")["Records"]]
    seen["kinds"] = [kinds[0], kinds[-1]]


def resharding():
    client.split_shard(StreamName=STREAM, ShardToSplit=PARENT, NewStartingHashKey=str(2**127))
    one, two = (shard["ShardId"] for shard in client.list_shards(StreamName=STREAM)["Shards"][1:])
    client.merge_shards(StreamName=STREAM, ShardToMerge=one, AdjacentShardToMerge=two)
    client.update_shard_count(StreamName=STREAM, TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    shards = client.list_shards(StreamName=STREAM, ShardFilter={"Type": "FROM_TRIM_HORIZON"})["Shards"]
    seen["parents"] = [[shard.get("ParentShardId"), shard.get("AdjacentParentShardId")] for shard in shards]
    end = read(PARENT, ShardIteratorType="LATEST")
    seen["end"] = [end.get("NextShardIterator"), [child["ShardId"] for child in end["ChildShards"]]]


def fan_out():
    arn = client.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]["StreamARN"]
    consumer = client.register_stream_consumer(StreamARN=arn, ConsumerName="lake")["Consumer"]["ConsumerARN"]

    def status():
        described = client.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]
        return described["ConsumerStatus"]

    wait_for(status, "ACTIVE")

    def subscribe(shard, **position):
        answer = client.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition=position)
        return answer["EventStream"]

    events = [event["SubscribeToShardEvent"] for event in subscribe(PARENT, Type="TRIM_HORIZON")]
    seen["pushed"] = sum(len(event["Records"]) for event in events)
    seen["pushed end"] = [child["ShardId"] for child in events[-1]["ChildShards"]]
    last = client.list_shards(StreamName=STREAM)["Shards"][-1]
    top = last["HashKeyRange"]["EndingHashKey"]
    client.put_record(StreamName=STREAM, PartitionKey="k", ExplicitHashKey=top, Data=b"later")
    stream = subscribe(last["ShardId"], Type="TRIM_HORIZON")
    seen["later"] = texts(next(iter(stream))["SubscribeToShardEvent"]["Records"])
    seen["second subscriber"] = code_of(
        client.subscribe_to_shard,
        ConsumerARN=consumer,
        ShardId=last["ShardId"],
        StartingPosition={"Type": "LATEST"},
    )
    stream.close()
    client.deregister_stream_consumer(ConsumerARN=consumer)


def errors():
    seen["errors"] = {
        "gone": code_of(client.describe_stream, StreamName="gone"),
        "taken": code_of(client.create_stream, StreamName=STREAM, ShardCount=1),
        "iterator": code_of(client.get_records, ShardIterator="nonsense"),
        "name": code_of(client.describe_stream, StreamName="a/b"),
        "step": code_of(
            client.update_shard_count, StreamName=STREAM, TargetShardCount=9, ScalingType="UNIFORM_SCALING"
        ),
        "size": code_of(client.put_record, StreamName=STREAM, PartitionKey="k", Data=bytes(2**20)),
    }


for part in (streams, records, settings, resharding, fan_out, errors):
    part()
client.delete_stream(StreamName=STREAM, EnforceConsumerDeletion=True)
seen["deleted"] = code_of(client.describe_stream, StreamName=STREAM)
print(json.dumps(seen))
