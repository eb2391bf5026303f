using System.Globalization;
using System.Text;

namespace Stix.Patterns;

/// <summary>
/// Reads STIX patterns (STIX 2.1 section 9) by recursive descent over the OASIS grammar: comparison and observation
/// expressions, their operators and qualifiers. What it does not know it refuses, with the place.
/// </summary>
public sealed class PatternReader
{
    /// <summary>Longest pattern in characters.</summary>
    public const int MaxLength = 100_000;

    private const int MaxDepth = 64;

    private readonly PatternLexer _lexer;
    private Token _token;
    private int _depth;

    private PatternReader(string pattern)
    {
        _lexer = new PatternLexer(pattern);
        _token = _lexer.Next();
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="PatternException">It is not one.</exception>
    public static PatternNode Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
        {
            throw new PatternException($"A pattern has at most {MaxLength} characters.", MaxLength);
        }

        var reader = new PatternReader(pattern);
        var node = reader.ObservationExpressions();
        return reader._token.Kind == TokenKind.End ? node : throw reader.Unexpected("the end");
    }

    /// <summary>Reads a pattern without throwing.</summary>
    public static bool TryParse(string pattern, out PatternNode? node, out string? error)
    {
        try
        {
            node = Parse(pattern);
            error = null;
            return true;
        }
        catch (PatternException exception)
        {
            node = null;
            error = exception.Message;
            return false;
        }
    }

    // FOLLOWEDBY binds weaker than OR, and OR weaker than AND (section 9.5, table of precedence).
    private PatternNode ObservationExpressions() => Observations("FOLLOWEDBY", () => Observations("OR", () => Observations("AND", QualifiedOne)));

    private PatternNode Observations(string keyword, Func<PatternNode> inner)
    {
        var left = inner();
        while (IsWord(keyword))
        {
            Advance();
            left = new JoinedObservations(keyword, left, inner());
        }

        return left;
    }

    private PatternNode QualifiedOne()
    {
        var node = One();
        while (true)
        {
            var qualifier = Qualifier();
            if (qualifier is null)
            {
                return node;
            }

            node = new QualifiedObservation(node, qualifier);
        }
    }

    private PatternNode One()
    {
        Enter();
        PatternNode node;
        if (IsSymbol("("))
        {
            Advance();
            node = ObservationExpressions();
            Symbol(")");
        }
        else
        {
            Symbol("[");
            node = new Observation(ComparisonOr());
            Symbol("]");
        }

        _depth--;
        return node;
    }

    private string? Qualifier()
    {
        if (IsWord("WITHIN"))
        {
            Advance();
            var seconds = PositiveNumber();
            Word("SECONDS");
            return $"WITHIN {seconds} SECONDS";
        }

        if (IsWord("REPEATS"))
        {
            Advance();
            if (_token is not { Kind: TokenKind.Number, Literal: "integer" })
            {
                throw Unexpected("a whole number");
            }

            var times = PositiveNumber();
            Word("TIMES");
            return $"REPEATS {times} TIMES";
        }

        if (IsWord("START"))
        {
            Advance();
            var start = Timestamp();
            Word("STOP");
            var stopAt = _token.Position;
            var stop = Timestamp();
            return start < stop ? $"START {start:O} STOP {stop:O}" : throw new PatternException("STOP must be later than START.", stopAt);
        }

        return null;
    }

    private ComparisonNode ComparisonOr()
    {
        var left = ComparisonAnd();
        while (IsWord("OR"))
        {
            Advance();
            left = new JoinedComparisons("OR", left, ComparisonAnd());
        }

        return left;
    }

    private ComparisonNode ComparisonAnd()
    {
        var left = Test();
        while (IsWord("AND"))
        {
            Advance();
            left = new JoinedComparisons("AND", left, Test());
        }

        return left;
    }

    private ComparisonNode Test()
    {
        Enter();
        ComparisonNode node;
        if (IsSymbol("("))
        {
            Advance();
            node = ComparisonOr();
            Symbol(")");
        }
        else if (IsWord("EXISTS"))
        {
            Advance();
            var (type, path) = ObjectPath();
            node = new PropertyTest(type, path, "EXISTS", false, []);
        }
        else
        {
            node = PropertyTest();
        }

        _depth--;
        return node;
    }

    private PropertyTest PropertyTest()
    {
        var (type, path) = ObjectPath();
        var negated = IsWord("NOT");
        if (negated)
        {
            Advance();
        }

        var operation = _token.Text.ToUpperInvariant();
        if (_token.Kind is not (TokenKind.Symbol or TokenKind.Word))
        {
            throw Unexpected("an operator");
        }

        switch (operation)
        {
            case "=" or "!=" or ">" or "<" or ">=" or "<=":
                Advance();
                return new PropertyTest(type, path, operation, negated, [Literal(anyKind: true)]);
            case "LIKE" or "MATCHES" or "ISSUBSET" or "ISSUPERSET":
                Advance();
                return new PropertyTest(type, path, operation, negated, [Literal(anyKind: false)]);
            case "IN":
                Advance();
                return new PropertyTest(type, path, operation, negated, Set());
            default:
                throw Unexpected("an operator");
        }
    }

    private List<PatternLiteral> Set()
    {
        Symbol("(");
        var values = new List<PatternLiteral>();
        if (!IsSymbol(")"))
        {
            values.Add(Literal(anyKind: true));
            while (IsSymbol(","))
            {
                Advance();
                values.Add(Literal(anyKind: true));
            }
        }

        Symbol(")");
        return values;
    }

    private (string Type, string Path) ObjectPath()
    {
        if (_token.Kind != TokenKind.Word)
        {
            throw Unexpected("an object path");
        }

        var type = _token.Text;
        Advance();
        Symbol(":");
        var path = new StringBuilder(Component());
        while (true)
        {
            if (IsSymbol("."))
            {
                Advance();
                path.Append('.').Append(Component());
            }
            else if (IsSymbol("["))
            {
                Advance();
                if (!IsSymbol("*") && _token is not { Kind: TokenKind.Number, Literal: "integer" })
                {
                    throw Unexpected("an index or *");
                }

                path.Append('[').Append(_token.Text).Append(']');
                Advance();
                Symbol("]");
            }
            else
            {
                return (type, path.ToString());
            }
        }
    }

    private string Component()
    {
        if (_token.Kind is not (TokenKind.Word or TokenKind.Text))
        {
            throw Unexpected("a property name");
        }

        var text = _token.Kind == TokenKind.Text ? $"'{_token.Text}'" : _token.Text;
        Advance();
        return text;
    }

    private PatternLiteral Literal(bool anyKind)
    {
        var token = _token;
        if (token.Kind == TokenKind.Text || (anyKind && token.Kind is TokenKind.Number or TokenKind.Typed))
        {
            Advance();
            return new PatternLiteral(token.Literal, token.Text);
        }

        if (anyKind && (IsWord("true") || IsWord("false")))
        {
            Advance();
            return new PatternLiteral("boolean", token.Text.ToLowerInvariant());
        }

        throw Unexpected(anyKind ? "a constant" : "a string");
    }

    private string PositiveNumber()
    {
        var token = _token;
        if (token.Kind != TokenKind.Number || !double.TryParse(token.Text, CultureInfo.InvariantCulture, out var value) || value <= 0)
        {
            throw Unexpected("a number above zero");
        }

        Advance();
        return token.Text;
    }

    private DateTimeOffset Timestamp()
    {
        if (_token is not { Kind: TokenKind.Typed, Literal: "timestamp" } || !StixTimestamp.TryParse(Encoding.UTF8.GetBytes(_token.Text), out var value))
        {
            throw Unexpected("a timestamp such as t'2026-01-01T00:00:00Z'");
        }

        Advance();
        return value;
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new PatternException($"A pattern is nested at most {MaxDepth} deep.", _token.Position);
        }
    }

    private bool IsWord(string word) => _token.Kind == TokenKind.Word && _token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool IsSymbol(string symbol) => _token.Kind == TokenKind.Symbol && _token.Text == symbol;

    private void Word(string word)
    {
        if (!IsWord(word))
        {
            throw Unexpected(word);
        }

        Advance();
    }

    private void Symbol(string symbol)
    {
        if (!IsSymbol(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }

        Advance();
    }

    private void Advance() => _token = _lexer.Next();

    private PatternException Unexpected(string expected) => new($"Expected {expected}.", _token.Position);
}
