"""A server that speaks S3, for tests/cloud.rs: moto's, on a port of this machine only, in memory.

Prints its port; then does what lines of JSON on standard input say, and answers each with a line, until
the input ends:

    {"do": "put", "key": K, "file": PATH}      writes an object
    {"do": "remove", "key": K}
    {"do": "objects"}                          all names with their content's MD5 sum and size
    {"do": "read", "key": K, "file": PATH}     writes an object's content to a file
    {"do": "requests"}                         how many GET (of one object), PUT, DELETE there were since it was asked
    {"do": "hold", "after": N, "method": M}    from the N-th request of this method on (counted from now), each waits
    {"do": "held"}                             answers within a second whether one waits
    {"do": "release", "drop": true}            lets all go on, those that wait with an error or not
"""

import json
import sys
import threading

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUCKET = "calls"

moto = DomainDispatcherApplication(create_backend_app)
state = threading.Condition()
seen = {"GET": 0, "PUT": 0, "DELETE": 0, "POST": 0, "HEAD": 0}
hold = {"method": None, "left": 0, "held": 0, "round": 0, "drop": False}


def application(environ, start_response):
    method = environ["REQUEST_METHOD"]
    ours = "boto3" not in environ.get("HTTP_USER_AGENT", "").lower()
    if ours:
        with state:
            listing = method == "GET" and "list-type" in environ.get("QUERY_STRING", "")
            seen[method] += 0 if listing else 1
            if hold["method"] == method and not listing:
                hold["left"] -= 1
                if hold["left"] < 0:
                    now = hold["round"]
                    hold["held"] += 1
                    state.notify_all()
                    state.wait_for(lambda: hold["round"] != now)
                    if hold["drop"]:
                        start_response("503 Service Unavailable", [("Content-Length", "0")])
                        return [b""]
    return moto(environ, start_response)


server = make_server("127.0.0.1", 0, application, threaded=True)
server.daemon_threads = True
port = server.server_address[1]
threading.Thread(target=server.serve_forever, daemon=True).start()
s3 = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{port}",
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
s3.create_bucket(Bucket=BUCKET)
print(port, flush=True)


def answer(wish):
    do = wish["do"]
    if do == "put":
        with open(wish["file"], "rb") as file:
            s3.put_object(Bucket=BUCKET, Key=wish["key"], Body=file.read())
    elif do == "remove":
        s3.delete_object(Bucket=BUCKET, Key=wish["key"])
    elif do == "objects":
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        objects = [o for page in pages for o in page.get("Contents", [])]
        return {o["Key"]: [o["ETag"].strip('"'), o["Size"]] for o in objects}
    elif do == "read":
        body = s3.get_object(Bucket=BUCKET, Key=wish["key"])["Body"].read()
        with open(wish["file"], "wb") as file:
            file.write(body)
    elif do == "requests":
        with state:
            was = dict(seen)
            for method in seen:
                seen[method] = 0
        return was
    elif do == "hold":
        with state:
            hold.update(method=wish["method"], left=wish["after"], held=0)
    elif do == "held":
        with state:
            return state.wait_for(lambda: hold["held"] > 0, timeout=1)
    elif do == "release":
        with state:
            hold.update(method=None, drop=wish["drop"], round=hold["round"] + 1)
            state.notify_all()
    return True


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
