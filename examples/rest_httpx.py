"""Lists through REST, page by page, then changes only what nobody has changed since.

python rest_httpx.py
"""

import os

import httpx

url = os.environ.get("TICKETS_URL", "http://localhost:8000") + "/api/v1/ext/orgs/my-org"
headers = {"X-API-Key": os.environ.get("TICKETS_KEY", "amk_your_api_key_here")}

with httpx.Client(headers=headers) as client:
    page = client.get(f"{url}/tickets", params={"status": "in_progress", "limit": 10})
    while True:
        for ticket in page.raise_for_status().json()["tickets"]:
            print(ticket["slug"], ticket["title"])
        if "next" not in page.links:
            break
        page = client.get(page.url.join(page.links["next"]["url"]))

    etag = client.get(f"{url}/tickets/AM-43").raise_for_status().headers["ETag"]
    for version in ('"0"', etag):
        done = client.put(
            f"{url}/tickets/AM-43", json={"priority": "high"}, headers={"If-Match": version}
        )
        print(done.status_code, done.json().get("code", "AM-43 is of high priority"))
