using AwsNats.Settings;
using CsCheck;
using Xunit;

namespace AwsNats.Tests.Settings;

public sealed class SettingsPropertyTests
{
    private const int Cases = 1000; // of each property: together well below a second

    /// <summary>Characters that files, shells and servers treat in ways of their own come far more often than chance has them.</summary>
    private static readonly Gen<char> Character = Gen.Frequency(
        (3, Gen.Char[";#%=:'\"\\[]{}$`!@ ,/|&<>()~^*?+-_.\uFEFF\u00A0\u2028\uFFFD"]),
        (2, Gen.Char.AlphaNumeric),
        (1, Gen.Char));

    private static readonly Gen<string> Password = Gen.String[Character, 1, 40]
        .Where(text => text == text.Trim() && text.Length > 0 && !text.Any(char.IsControl) && !SecretReference.IsReference(text));

    private static readonly string[] Pieces =
        [.. KnownSettings.All.SelectMany(setting => new[] { $"[{setting.Section}]\n", $"{setting.Key} = " }), "file:", "env:", "\n", " ", "1", "0.5", "[", "\uFEFF"];

    private static readonly Gen<string> Garbage = Gen.OneOf(
        Gen.String[Gen.Frequency((4, Gen.Char["[]=:;# \t\r\n\0"]), (1, Gen.Char)), 0, 200],
        Gen.Int[0, Pieces.Length - 1].Array[0, 30].Select(indexes => string.Concat(indexes.Select(index => Pieces[index]))));

    [Fact]
    public void Any_password_comes_out_of_the_file_as_it_was_written() => Password.Sample(password =>
        Reading.Of($"[user]\nnats_user = u\nnats_pass = {password}\n").Settings?.NatsPassword?.Reveal() == password, iter: Cases);

    [Fact]
    public void Any_password_comes_out_of_the_environment_as_it_was_set() => Password.Sample(password =>
        Reading.Of("[user]\nnats_user = u\n", ("AWS_NATS_USER_NATS_PASS", password)).Settings?.NatsPassword?.Reveal() == password, iter: Cases);

    [Fact]
    public void Any_user_name_comes_out_of_the_file_as_it_was_written() => Password.Sample(user =>
        Reading.Of($"[user]\nnats_user : {user}\nnats_pass = p\n").Settings?.NatsUser == user, iter: Cases);

    [Fact]
    public void No_text_makes_the_reader_throw() => Garbage.Sample(text =>
    {
        var answer = Reading.Bare(text);
        Assert.Equal(answer.Settings is null, answer.Errors.Length > 0);
    }, iter: Cases);

    [Fact]
    public void Whatever_is_wrong_around_a_password_no_message_shows_it() => Gen.Select(Garbage, Garbage).Sample((before, after) =>
    {
        var answer = Reading.Bare($"{before}\n[user]\nnats_pass = hUsH-{after}");
        Assert.DoesNotContain(Reading.Lines(answer).Concat(answer.Warnings), line => line.Contains("hUsH", StringComparison.Ordinal));
    }, iter: Cases);

    [Fact]
    public void Any_value_of_any_setting_is_taken_or_refused_without_throwing() =>
        Gen.Select(Gen.Int[0, KnownSettings.All.Length - 1], Password).Sample((index, value) =>
        {
            var setting = KnownSettings.All[index];
            var answer = Reading.Of("", (setting.Variable, value));
            Assert.Equal(answer.Settings is null, answer.Errors.Length > 0);
        }, iter: Cases);
}
