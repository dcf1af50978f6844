-- SPDX-License-Identifier: MIT
-- wrk's script: `wrk … URL -- N` asks as customers 1 to N in turn, each request as the next one, or as nobody when N is 0;
-- at the end it prints one line of JSON.

function init(arguments)
    local count = tonumber(arguments[1])
    if count == 0 then
        return
    end
    -- Made beforehand, so that wrk only picks one.
    local requests = {}
    for id = 1, count do
        requests[id] = wrk.format("GET", nil, { ["Host"] = wrk.headers["Host"], ["X-USER-ID"] = tostring(id) })
    end
    local last = 0
    function request()
        last = last % count + 1
        return requests[last]
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"per_s":%.1f,"p50_us":%d,"p99_us":%d,"requests":%d,"status_errors":%d,"socket_errors":%d}\n',
        summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99), summary.requests,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
