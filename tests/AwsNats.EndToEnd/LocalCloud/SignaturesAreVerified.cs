using LocalCloud;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AwsNats.EndToEnd.Clouds;

/// <summary>The verifier against the vectors of AWS's own Signature Version 4 test suite: our signer and verifier agreeing would prove little.</summary>
public sealed class SignaturesAreVerified
{
    private static readonly DateTimeOffset SuiteTime = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "", "", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "", "", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("GET", "Param2=value2&Param1=value1", "", "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    [InlineData("POST", "", "Param1=value1", "content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")]
    public void AWSs_own_vectors_are_accepted(string method, string query, string body, string signedHeaders, string signature)
    {
        var keys = new KeyRing();
        var key = keys.Add(new AccessKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null, null, null));
        var answer = new SigV4(keys, "us-east-1", "service").Verify(Suite(method, query, body, signedHeaders, signature), SuiteTime);
        Assert.Equal((key, ""), (answer.Key, answer.Message));
    }

    [Fact]
    public void A_vector_with_one_digit_changed_is_not()
    {
        var keys = new KeyRing();
        keys.Add(new AccessKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null, null, null));
        var request = Suite("GET", "", "", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf32");
        Assert.Equal(SignatureFault.Mismatch, new SigV4(keys, "us-east-1", "service").Verify(request, SuiteTime).Fault);
    }

    private static Request Suite(string method, string query, string body, string signedHeaders, string signature)
    {
        var headers = new HeaderDictionary { ["Host"] = "example.amazonaws.com", ["X-Amz-Date"] = "20150830T123600Z" };
        if (body.Length > 0) headers["Content-Type"] = "application/x-www-form-urlencoded";
        headers["Authorization"] = $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={signedHeaders}, Signature={signature}";
        return new Request(method, "/", query, headers, System.Text.Encoding.UTF8.GetBytes(body));
    }
}
