-- Paths from a file in turn; one line of JSON at the end.
local requests = {}
local place = 0

function init(arguments)
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\nJSON {"total": %d, "failed": %d, "rate": %.3f, "p50": %.6f, "p99": %.6f}\n',
    summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e6,
    latency:percentile(99) / 1e6))
end
