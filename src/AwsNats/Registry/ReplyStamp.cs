namespace AwsNats.Registry;

/// <summary>What one try of a call met on the wire, seen below the SDK, which keeps the Date of a reply to itself.</summary>
internal sealed class ReplyStamp
{
    /// <summary>The request left the SDK; before that it waits for credentials.</summary>
    public bool Sent { get; set; }

    /// <summary>The head of a reply came.</summary>
    public bool Answered { get; set; }

    /// <summary>The reply's Date header; null without a reply or without the header.</summary>
    public DateTimeOffset? Date { get; set; }
}

/// <summary>Fills in the stamp of the call that a request belongs to: calls may overlap, so the stamp travels with the flow of each.</summary>
internal sealed class ReplyStampHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly AsyncLocal<ReplyStamp?> current = new();

    /// <summary>Begins a try; its requests must start from this flow.</summary>
    public ReplyStamp Begin() => current.Value = new ReplyStamp();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var stamp = current.Value;
        if (stamp is not null) stamp.Sent = true;
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (stamp is not null)
        {
            stamp.Answered = true;
            stamp.Date = response.Headers.Date;
        }

        return response;
    }
}
