-- Sends the requests of a file in a cycle; a line is METHOD, path, key and body, with tabs between.
-- Prints one line of JSON at the end; times are in microseconds.
local requests, last = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local method, path, key, body = line:match("^(%S+)\t(%S+)\t(%S*)\t?(.*)$")
    local headers = { ["Host"] = "127.0.0.1" }
    if key ~= "" then headers["X-API-Key"] = key end
    if body ~= "" then headers["Content-Type"] = "application/json" end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"requests":%d,"us":%d,"p50_us":%.0f,"p99_us":%.0f,"bytes":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
