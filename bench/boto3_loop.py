#!/usr/bin/env python3
"""The peer of the benchmark: a plain boto3 loop that makes the agent's AWS calls, and nothing else.

Identity from the instance metadata service (version 2), the row announced by UpdateItem, the table read by a consistent Scan, health
set once, then one UpdateItem and one Scan per beat. It supervises no server and writes no configuration.
"""
import argparse
import os
import random
import time
import urllib.request

import boto3

METADATA = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254").rstrip("/")
TOKEN_SECONDS = 21600  # the longest that the service grants
METADATA_TIMEOUT = 2  # seconds; the service answers within milliseconds
JITTER = 0.2  # of the interval at most, on top of it, as the agent has it
LIFETIME = 86400  # seconds until the table's time-to-live may remove the row
NAMES = ("time", "status", "instance_id", "server_name", "az", "agent", "client_port", "cluster_port", "monitor_port", "expires")


def open_metadata(path, method="GET", **headers):
    request = urllib.request.Request(METADATA + path, method=method, headers={"X-aws-ec2-metadata-" + k: v for k, v in headers.items()})
    with urllib.request.urlopen(request, timeout=METADATA_TIMEOUT) as answer:
        return answer.read().decode()


def identity():
    token = open_metadata("/latest/api/token", "PUT", **{"token-ttl-seconds": str(TOKEN_SECONDS)})
    paths = ("instance-id", "local-ipv4", "placement/region", "placement/availability-zone")
    return [open_metadata("/latest/meta-data/" + path, token=token) for path in paths]


def announce(dynamodb, table, ip, status, instance, zone):
    now = int(time.time())
    values = {
        ":time": {"N": str(now)}, ":status": {"S": status}, ":instance_id": {"S": instance}, ":server_name": {"S": instance},
        ":az": {"S": zone}, ":agent": {"S": "boto3"}, ":client_port": {"N": "4242"}, ":cluster_port": {"N": "7244"},
        ":monitor_port": {"N": "8222"}, ":expires": {"N": str(now + LIFETIME)},
    }
    dynamodb.update_item(
        TableName=table, Key={"ip": {"S": ip}}, UpdateExpression="SET " + ",".join(f"#{n}=:{n}" for n in NAMES),
        ExpressionAttributeNames={"#" + n: n for n in NAMES}, ExpressionAttributeValues=values)


def read(dynamodb, table):
    rows = []
    names = {"#" + n: n for n in ("ip", *NAMES)}
    for page in dynamodb.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True, ProjectionExpression=",".join(names), ExpressionAttributeNames=names):
        rows += page["Items"]
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", required=True)
    parser.add_argument("--interval", type=float, default=10, help="seconds between two heartbeats")
    options = parser.parse_args()

    instance, ip, region, zone = identity()
    dynamodb = boto3.client("dynamodb", region_name=region, endpoint_url=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB"))
    announce(dynamodb, options.table, ip, "starting", instance, zone)
    read(dynamodb, options.table)
    autoscaling = boto3.client("autoscaling", region_name=region, endpoint_url=os.environ.get("AWS_ENDPOINT_URL_AUTO_SCALING"))
    autoscaling.set_instance_health(InstanceId=instance, HealthStatus="Healthy", ShouldRespectGracePeriod=False)
    while True:
        time.sleep(options.interval * (1 + JITTER * random.random()))
        announce(dynamodb, options.table, ip, "working", instance, zone)
        read(dynamodb, options.table)


if __name__ == "__main__":
    main()
