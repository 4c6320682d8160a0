using System.Text;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using AwsNats.Identity;

namespace AwsNats.Health;

/// <summary>
/// SetInstanceHealth over Auto Scaling's Query protocol, signed by AWSSDK.Core's public signer, since AWSSDK.AutoScaling is not on the registry
/// that this is built from. Names and values are the API's own, so that taking the package later changes this one file.
/// </summary>
internal sealed class AutoScalingHealth : IInstanceHealth, IDisposable
{
    /// <summary>5 s: Auto Scaling is slower than DynamoDB, and nothing waits for this answer.</summary>
    public static readonly TimeSpan UsualDeadline = TimeSpan.FromSeconds(5);

    /// <summary>64 KiB: an answer has a few hundred bytes.</summary>
    private const int LongestAnswer = 64 * 1024;

    private const string Service = "autoscaling";
    private const string ApiVersion = "2011-01-01";
    private const string Form = "application/x-www-form-urlencoded; charset=utf-8";

    private readonly string instanceId;
    private readonly RegionEndpoint region;
    private readonly TimeProvider time;
    private readonly AWSCredentials? credentials;
    private readonly TimeSpan deadline;
    private readonly AutoScalingAnswers answers;
    private readonly HttpClient client;

    /// <summary>AWS's clock less the host's, from the last reply's Date: a signature more than 5 min off is refused.</summary>
    private TimeSpan clockOffset;

    /// <param name="instanceId">This instance.</param>
    /// <param name="region">Its region, for example eu-west-1.</param>
    /// <param name="endpoints">May name another endpoint than the region's own.</param>
    /// <param name="time">Signs, and runs the deadline.</param>
    /// <param name="credentials">Null for the SDK's default chain.</param>
    /// <param name="deadline">Of each report, both tries together; null for <see cref="UsualDeadline"/>.</param>
    /// <param name="trust">Null for the runtime's own root store.</param>
    public AutoScalingHealth(
        string instanceId, string region, AwsEndpoints endpoints, TimeProvider time, AWSCredentials? credentials = null, TimeSpan? deadline = null, AwsTrust? trust = null)
    {
        this.instanceId = instanceId;
        this.region = RegionEndpoint.GetBySystemName(region);
        this.time = time;
        this.credentials = credentials;
        this.deadline = deadline ?? UsualDeadline;
        Endpoint = endpoints.AutoScaling ?? new Uri($"https://{Service}.{region}.{this.region.PartitionDnsSuffix}/");
        answers = new AutoScalingAnswers(instanceId, region, this.deadline);
        client = new HttpClient(AwsConnections.NewHandler(trust)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
    }

    /// <summary>Where Auto Scaling is asked.</summary>
    public Uri Endpoint { get; }

    public void Dispose() => client.Dispose();

    public async Task<ReportAnswer> ReportAsync(bool healthy, bool respectGracePeriod, CancellationToken cancellation)
    {
        using var until = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(until.Token, cancellation);
        var token = either.Token;
        var form = $"Action=SetInstanceHealth&Version={ApiVersion}&InstanceId={Uri.EscapeDataString(instanceId)}"
            + $"&HealthStatus={(healthy ? "Healthy" : "Unhealthy")}&ShouldRespectGracePeriod={(respectGracePeriod ? "true" : "false")}";
        try
        {
            // The SDK looks for credentials on the caller's thread and heeds no token there: neither may hold up the agent.
            return await Task.Run(() => SendAsync(form, token), token).WaitAsync(token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception) when (until.IsCancellationRequested)
        {
            return answers.Silent();
        }
        catch (Exception failure) // the adapter's edge: whatever it is, the agent gets a value
        {
            return answers.From(failure);
        }
    }

    private async Task<ReportAnswer> SendAsync(string form, CancellationToken token)
    {
        for (var isRepeat = false; ; isRepeat = true)
        {
            using var request = await SignAsync(form, token);
            using var response = await client.SendAsync(request, token);
            if (response.Headers.Date is { } theirs) clockOffset = theirs - time.GetUtcNow();
            if (response.IsSuccessStatusCode) return new ReportAnswer(ReportOutcome.Done);

            var body = await response.Content.ReadAsStringAsync(token);
            var (code, message) = AutoScalingAnswers.Error(body);
            if (!isRepeat && AutoScalingAnswers.IsWrongClock(code, message) && response.Headers.Date is not null) continue;
            return answers.From(response.StatusCode, code, message);
        }
    }

    private async Task<HttpRequestMessage> SignAsync(string form, CancellationToken token)
    {
        var body = Encoding.UTF8.GetBytes(form);
        var signing = new AWSSigningRequest { HttpMethod = HttpMethod.Post, RequestUri = Endpoint, Content = body, Headers = { ["Content-Type"] = Form } };
        var signed = await AWSSigV4Signer.SignAsync(
            signing,
            new AWSSigV4Parameters { Credentials = credentials, Region = region, Service = Service, SignedAt = (time.GetUtcNow() + clockOffset).UtcDateTime },
            token);

        var request = new HttpRequestMessage(HttpMethod.Post, Endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", Form);
        foreach (var (name, value) in signed.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
