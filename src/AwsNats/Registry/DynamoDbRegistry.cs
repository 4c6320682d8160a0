using System.Collections.Immutable;
using System.Net.Sockets;
using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using AwsNats.Identity;

namespace AwsNats.Registry;

/// <summary>
/// The table, through the SDK's low-level client. The SDK's own retries are off: a beat that fails is followed by the next, and the agent alone
/// decides how fast. What is repeated here, once, is a call whose connection broke before an answer, and one refused for the host's wrong clock.
/// </summary>
internal sealed class DynamoDbRegistry : IRegistry, IDisposable
{
    /// <summary>4 s: well below a beat of 10 s; a reply of DynamoDB takes milliseconds, a new TLS connection tens of them.</summary>
    public static readonly TimeSpan UsualDeadline = TimeSpan.FromSeconds(4);

    /// <summary>1000 rows: see <see cref="DynamoDbRequests.Read"/>. No cluster is larger; only a table full of remains has a second page.</summary>
    private const int RowsPerPage = 1000;

    /// <summary>64 pages: 64,000 rows, or 64 MB where rows are large, is no table of ours. Without a bound a broken endpoint would be read for ever.</summary>
    private const int MostPages = 64;

    /// <summary>4 min: from here on the SDK takes a clock for wrong; AWS refuses one that is 5 min off.</summary>
    private static readonly TimeSpan WrongClock = TimeSpan.FromMinutes(4);

    private readonly string table;
    private readonly TimeProvider time;
    private readonly TimeSpan deadline;
    private readonly ReplyStampHandler stamps;
    private readonly DynamoDbFaults faults;
    private readonly Action? keysRefused;
    private readonly AmazonDynamoDBClient client;

    /// <param name="table">Name of the table.</param>
    /// <param name="region">Its region, for example eu-west-1.</param>
    /// <param name="time">Runs the deadlines.</param>
    /// <param name="credentials">Null for the SDK's default chain.</param>
    /// <param name="deadline">Of each call, tries and pages together; null for <see cref="UsualDeadline"/>.</param>
    /// <param name="endpoint">Null for what the SDK finds: AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL, else the region's own.</param>
    /// <param name="trust">Null for the runtime's own root store.</param>
    /// <param name="keysRefused">Called when AWS does not know the keys (any more).</param>
    public DynamoDbRegistry(
        string table, string region, TimeProvider time, AWSCredentials? credentials = null, TimeSpan? deadline = null, Uri? endpoint = null, AwsTrust? trust = null,
        Action? keysRefused = null)
    {
        this.table = table;
        this.keysRefused = keysRefused;
        this.time = time;
        this.deadline = deadline ?? UsualDeadline;
        faults = new DynamoDbFaults(table, region, this.deadline);
        stamps = new ReplyStampHandler(AwsConnections.NewHandler(trust));
        var config = new AmazonDynamoDBConfig
        {
            HttpClientFactory = new OneClient(new HttpClient(stamps) { Timeout = Timeout.InfiniteTimeSpan }),
            HttpClientCacheSize = 1,
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,
            DisableLogging = true,
            // The table's usual host name is what a locked-down VPC lets through; a name by account id would be another.
            AccountIdEndpointMode = AccountIdEndpointMode.DISABLED,
        };
        if (endpoint is null) config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        else config.ServiceURL = endpoint.AbsoluteUri;

        // Else an endpoint of the environment's is signed for the region that the SDK reads out of its name: us-east-1 when it names none.
        config.AuthenticationRegion = region;

        client = credentials is null ? new AmazonDynamoDBClient(config) : new AmazonDynamoDBClient(credentials, config);
    }

    public void Dispose() => client.Dispose();

    public async Task<RegistryReply> AnnounceAsync(Heartbeat heartbeat, CancellationToken cancellation)
    {
        using var until = new CancellationTokenSource(deadline, time);
        var request = DynamoDbRequests.Announce(table, heartbeat);
        var (_, reply) = await CallAsync("UpdateItem", token => client.UpdateItemAsync(request, token), until.Token, cancellation);
        return reply;
    }

    public async Task<RegistryReply> ReadAsync(CancellationToken cancellation)
    {
        using var until = new CancellationTokenSource(deadline, time);
        var rows = ImmutableArray.CreateBuilder<Row>();
        Dictionary<string, AttributeValue>? after = null;
        for (var page = 0; page < MostPages; page++)
        {
            var request = DynamoDbRequests.Read(table, RowsPerPage, after);
            var (response, reply) = await CallAsync("Scan", token => client.ScanAsync(request, token), until.Token, cancellation);
            if (response is null) return reply;
            foreach (var item in response.Items ?? [])
            {
                if (DynamoDbRequests.Row(item) is { } row) rows.Add(row);
            }

            // A page may be empty and yet not the last: only the missing key says so.
            after = response.LastEvaluatedKey;
            if (after is null or { Count: 0 }) return reply with { Rows = rows.DrainToImmutable() };
        }

        return new RegistryReply(faults.Endless(MostPages), null, []);
    }

    public Task<RegistryReply> DeleteAsync(string ip, string seenTime, CancellationToken cancellation) =>
        DeleteAsync(DynamoDbRequests.Delete(table, ip, seenTime), cancellation);

    public Task<RegistryReply> DeleteOwnAsync(string ip, string instanceId, CancellationToken cancellation) =>
        DeleteAsync(DynamoDbRequests.DeleteOwn(table, ip, instanceId), cancellation);

    private async Task<RegistryReply> DeleteAsync(DeleteItemRequest request, CancellationToken cancellation)
    {
        using var until = new CancellationTokenSource(deadline, time);
        var (_, reply) = await CallAsync("DeleteItem", token => client.DeleteItemAsync(request, token), until.Token, cancellation);
        return reply;
    }

    /// <summary>One request, repeated at most once.</summary>
    /// <param name="action">As IAM names it.</param>
    /// <param name="until">Fires at the deadline.</param>
    private async Task<(T? Response, RegistryReply Reply)> CallAsync<T>(
        string action, Func<CancellationToken, Task<T>> call, CancellationToken until, CancellationToken cancellation) where T : class
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(until, cancellation);
        var token = either.Token;
        for (var isRepeat = false; ; isRepeat = true)
        {
            var stamp = stamps.Begin();
            try
            {
                // The SDK looks for credentials on the caller's thread and heeds no token there: neither may hold up the agent.
                var response = await Task.Run(() => call(token), token).WaitAsync(token);
                return (response, RegistryReply.Done(stamp.Date));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw;
            }
            catch (ConditionalCheckFailedException)
            {
                return (null, RegistryReply.Done(stamp.Date));
            }
            catch (Exception) when (until.IsCancellationRequested)
            {
                return (null, new RegistryReply(faults.Silent(stamp.Sent), stamp.Date, []));
            }
            catch (Exception failure) when (!isRepeat && (IsBroken(failure, stamp) || IsWrongClock(failure, stamp)))
            {
                // Each request of ours may be done twice. The SDK has taken the right time from the refusal's Date by now.
            }
            catch (Exception failure) // the adapter's edge: whatever it is, the agent gets a value
            {
                if (DynamoDbFaults.RefusesKeys(failure)) keysRefused?.Invoke();
                return (null, new RegistryReply(faults.From(failure, action), stamp.Date, []));
            }
        }
    }

    /// <summary>Refused, reset, or closed by the other side while it rested: a new connection may do. Silence and bad names are not repeated.</summary>
    private static bool IsBroken(Exception failure, ReplyStamp stamp)
    {
        if (stamp.Answered) return false;
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }) return true;
            if (inner is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown })
                return true;
        }

        return false;
    }

    private bool IsWrongClock(Exception failure, ReplyStamp stamp) =>
        failure is AmazonServiceException { ErrorCode: "InvalidSignatureException" or "SignatureDoesNotMatch" or "RequestExpired" or "RequestTimeTooSkewed" }
        && stamp.Date is { } theirs && (theirs - time.GetUtcNow()).Duration() > WrongClock;

    /// <summary>Gives the SDK our client instead of one of its own, which would follow the environment's proxy.</summary>
    private sealed class OneClient(HttpClient client) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;
    }
}
