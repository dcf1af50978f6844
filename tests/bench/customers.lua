-- SPDX-License-Identifier: MIT
-- wrk's script: `wrk … URL -- N [FILE]` asks as customers 1 to N in turn, each request as the next one, or as nobody when
-- N is 0. FILE has paths, one a line, that are asked for in turn instead of the URL's own, by nobody, or by the customer
-- whose number follows behind a tab. At the end it prints one line of JSON.

-- Requests are made beforehand, so that wrk only picks one.
local function of_customer(path, id)
    local headers = { ["X-USER-ID"] = tostring(id) }
    for name, value in pairs(wrk.headers) do
        headers[name] = value
    end
    return wrk.format("GET", path, headers)
end

local function of_customers(count)
    local requests = {}
    for id = 1, count do
        requests[id] = of_customer(nil, id)
    end
    return requests
end

local function of_paths(file)
    local requests = {}
    for line in io.lines(file) do
        local path, id = line:match("^(.*)\t(%d+)$")
        requests[#requests + 1] = path and of_customer(path, id) or wrk.format("GET", line)
    end
    return requests
end

function init(arguments)
    local requests = arguments[2] and of_paths(arguments[2]) or of_customers(tonumber(arguments[1]))
    local count = #requests
    if count == 0 then
        return
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
